"""How fast recordings are played: the trampoline and the live engine, against the bare model.

    python benchmarks/conform.py [--rounds N]

The bare model is the same machine driven in place by the plain runtime, with no engine at all; all
three play the same scripts in the same process, taking turns. The kernel that recorded the
corpus took 42 s for all of it.
"""

from __future__ import annotations

import argparse
import time
from typing import TYPE_CHECKING

from aiovgic.engine.live import run_live
from aiovgic.revisions import layers_of
from aiovgic.scenario.conformance import ScriptProgram
from aiovgic.scenario.recording import load_recording
from aiovgic.scenario.shipped import recordings
from aiovgic.sync import Runtime

if TYPE_CHECKING:
    from collections.abc import Callable

THEMES = ("cpuif", "gits", "its-commands", "lpi-delivery", "walk-mix")
REVISION = "v6.12"


def programs() -> list[ScriptProgram]:
    """The scripts of a few themes."""
    layers = layers_of(REVISION)
    loaded = [load_recording(path) for path in recordings(REVISION) if path.name.split(".")[0] in THEMES]
    return [ScriptProgram(layers, each.host_gic, script, str(each.path)) for each in loaded for script in each.scripts]


def bare() -> None:
    """No engine: every operation in place."""
    for program in programs():
        rt = Runtime()
        session = program(rt)
        rt.finish(session.play())
        assert not session.differences


def trampoline() -> None:
    """The explorer's engine."""
    for program in programs():
        assert not program.play().differences


def live() -> None:
    """Tasks of anyio, on uvloop."""

    async def main() -> None:
        for program in programs():
            assert not (await program.play_live()).differences

    run_live(main)


def timed(play: Callable[[], None]) -> float:
    """Seconds of one round."""
    began = time.perf_counter()
    play()
    return time.perf_counter() - began


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    ops = sum(len(program.script.steps) for program in programs())
    ways = {"bare model": bare, "trampoline": trampoline, "live": live}
    best = dict.fromkeys(ways, float("inf"))
    for _ in range(rounds):
        for name, play in ways.items():
            best[name] = min(best[name], timed(play))
    print(f"{ops} operations, best of {rounds} rounds, one process")
    for name, seconds in best.items():
        print(f"{name:12} {seconds:6.2f} s  {ops / seconds:8,.0f} operations/s  x{seconds / best['bare model']:.2f}")


if __name__ == "__main__":
    main()
