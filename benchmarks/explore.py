"""How fast the explorer is, and how soon it finds bugs: against frontrun and detangle, and alone.

    python benchmarks/explore.py [--peers PYTHON] [--seconds N] [--seeds N] [--profile]

``make bench-explore`` installs the peers in an environment of their own and gives its Python. All run in turn
on this machine within the same minutes, one process at a time, and seconds are the process's CPU seconds: a busy
machine slows all of them, so trust the ratios more than the rates.
"""

from __future__ import annotations

import argparse
import cProfile
import json
import pstats
import subprocess
import time
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from aiovgic.engine.explore import executions, explore
from aiovgic.engine.stage import Stage
from aiovgic.lab.strategies import Way
from aiovgic.lab.subject import EXPLORED, Subject
from aiovgic.sync import Runtime
from devtools.programs.literature import BUGS, apart, guarded, indexer, kick, readers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from aiovgic.engine.program import Program

HERE = Path(__file__).parent
FOUR_VCPUS = HERE / "scenarios" / "four-vcpus.yaml"
BUDGET = 3000
OURS = {
    "default": Way("auto"),
    "random": Way("random"),
    "urw": Way("urw"),
    "pos": Way("pos"),
    "surw": Way("surw"),
    "pct": Way("pct"),
    "dfs pb=1": Way("dfs", preemptions=1),
    "dpor": Way("dpor"),
}
BEST_RATES = (("random", "detangle", "random", 5), ("dpor", "frontrun", "dpor", 20))
"""Our strategy, a peer's, and how many times faster ours is to be."""


@dataclass(frozen=True)
class Row:
    """One engine and strategy: executions a second on guarded 3x3, and executions to each bug."""

    engine: str
    strategy: str
    rate: float | None
    to_bug: dict[str, float | None]


def rate_of(program: Program, way: Way, seconds: float) -> tuple[float, float]:
    """Executions and steps a CPU second, searching again from the start when there is nothing left."""
    done = steps = 0
    began = time.process_time()
    while time.process_time() - began < seconds:
        for outcome in executions(program, way.make(done)):
            done += 1
            steps += outcome.steps
            if done % 50 == 0 and time.process_time() - began >= seconds:
                break
    took = time.process_time() - began
    return done / took, steps / took


def ours(seconds: float, seeds: int) -> Iterator[Row]:
    """Our own strategies; those that draw nothing need one seed."""
    for name, way in OURS.items():
        rate, _ = rate_of(guarded(3, 3, None).program, way, seconds)
        tries = 1 if way.strategy in {"dfs", "dpor"} else seeds
        to_bug = {
            known.name: median(
                explore(known.program, way.make(seed), BUDGET).at_execution or BUDGET for seed in range(tries)
            )
            for known in BUGS
        }
        yield Row("aiovgic", name, rate, dict(to_bug))


def peers(python: str, seconds: float, seeds: int) -> Iterator[Row]:
    """What the peers say of themselves."""
    command = [python, str(HERE / "peers.py"), str(seconds), str(seeds)]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    lines = [json.loads(line) for line in ran.stdout.splitlines()]
    for engine, strategy in dict.fromkeys((line["engine"], line["strategy"]) for line in lines):
        mine = {line["program"]: line for line in lines if (line["engine"], line["strategy"]) == (engine, strategy)}
        to_bug = {known.name: mine[known.name]["to_bug"] for known in BUGS}
        yield Row(engine, strategy, mine["guarded 3x3"]["rate"], to_bug)


def print_rows(rows: list[Row]) -> None:
    """The table of all engines, and the ratios that count."""
    names = [known.name for known in BUGS]
    print(f"{'engine':10} {'strategy':10} {'guarded 3x3':>14} " + " ".join(f"{name:>8}" for name in names))
    for row in rows:
        cells = " ".join(f"{row.to_bug[name] or 0:8.0f}" if row.to_bug[name] else f"{'-':>8}" for name in names)
        print(f"{row.engine:10} {row.strategy:10} {row.rate or 0:10,.0f} ex/s {cells}")
    by_name = {(row.engine, row.strategy): row for row in rows}
    for strategy, peer, theirs, wanted in BEST_RATES:
        mine, other = by_name["aiovgic", strategy], by_name.get((peer, theirs))
        if other and mine.rate and other.rate:
            print(f"{strategy}: {mine.rate / other.rate:.1f} times {peer}'s {theirs} (wanted: {wanted})")
    for name in names:
        best = {
            engine: min(row.to_bug[name] or BUDGET for row in rows if row.engine == engine)
            for engine in dict.fromkeys(row.engine for row in rows)
        }
        print(f"{name}: best {', '.join(f'{engine} {count:.0f}' for engine, count in best.items())}")


# -- our own figures -------------------------------------------------------------------------


def small_models(seconds: float) -> None:
    """DPOR on programs without a machine."""
    print(f"\n{'dpor on small models':24} {'executions/s':>13} {'steps/s':>10}")
    for known in (readers(8), indexer(13), guarded(3, 3, None), guarded(2, 2, None), kick(3), apart()):
        rate, steps = rate_of(known.program, Way("dpor"), seconds)
        print(f"{known.name:24} {rate:13,.0f} {steps:10,.0f}")


def four_vcpus(seconds: float) -> None:
    """The real model: rates by strategy, and the same work without an engine."""
    program = Subject.of(FOUR_VCPUS, EXPLORED).program
    [outcome] = islice(executions(program, Way("random").make()), 1)
    print(f"\nfour vCPUs, 25 lock sections each ({outcome.steps} steps)")
    bare = timed(lambda: run_bare(program), seconds)
    print(f"{'bare model, no engine':24} {1 / bare:13,.0f} executions/s (set-up not counted)")
    for name in ("random", "pos", "surw", "pct", "urw", "dpor"):
        rate, steps = rate_of(program, Way(name), seconds)
        print(f"{name:24} {rate:13,.0f} executions/s {steps:10,.0f} steps/s  x{1 / bare / rate:.1f} of bare")
    print(f"{'machine set-up':24} {1000 * timed(lambda: program(Runtime()), seconds):13.2f} ms")
    stage = Stage(program)
    stage.set()
    print(f"{'put back to set-up':24} {1000 * timed(stage.set, seconds):13.2f} ms")


def run_bare(program: Program) -> float:
    """Seconds that the tasks take one after the other, in place, with no engine."""
    rt = Runtime()
    session = program(rt)
    began = time.process_time()
    for task in session.tasks:
        rt.finish(task.script())
    return time.process_time() - began


def timed(act: Callable[[], object], seconds: float) -> float:
    """The least CPU seconds of one call; what it says it took, if it says so."""
    best = float("inf")
    until = time.process_time() + seconds / 2
    while time.process_time() < until:
        began = time.process_time()
        said = act()
        best = min(best, said if isinstance(said, float) else time.process_time() - began)
    return best


def profile(way: Way, program: Program, count: int) -> None:
    """Where the time goes."""
    print(f"\nprofile of {count} executions, {way.strategy}")
    profiler = cProfile.Profile()
    search = executions(program, way.make())
    next(search)
    profiler.runcall(lambda: list(islice(search, count)))
    pstats.Stats(profiler).sort_stats("tottime").print_stats(20)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peers", default="", help="the Python of an environment with frontrun and detangle")
    parser.add_argument("--seconds", type=float, default=3.0, help="for each rate")
    parser.add_argument("--seeds", type=int, default=15, help="for each median")
    parser.add_argument("--profile", action="store_true", help="also show where the time goes")
    asked = parser.parse_args()
    rows = list(ours(asked.seconds, asked.seeds))
    if asked.peers:
        rows += peers(asked.peers, asked.seconds, asked.seeds)
    else:
        print("left out: frontrun and detangle (no --peers)")
    print_rows(rows)
    small_models(asked.seconds)
    four_vcpus(asked.seconds)
    if asked.profile:
        profile(Way("random"), Subject.of(FOUR_VCPUS, EXPLORED).program, 100)
        profile(Way("dpor"), guarded(3, 3, None).program, 1500)


if __name__ == "__main__":
    main()
