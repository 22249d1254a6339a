"""frontrun and detangle on four small asyncio programs; for `explore.py`, in an environment that has them.

    python benchmarks/peers.py SECONDS SEEDS

Prints one JSON object a line: engine, strategy, program, executions a CPU second, executions to the bug. Both
run this same source. A point is where a task yields, so each access that our programs announce has a
``sleep(0)`` before it.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from statistics import median
from typing import TYPE_CHECKING, Any

import detangle
import frontrun

if TYPE_CHECKING:
    from collections.abc import Callable

ROUNDS = 3
SKEW = 4
WRITES, OPEN_AT = 10, 2
BUDGET = 3000


class State:
    """What the tasks of a program share."""

    def __init__(self) -> None:
        self.locks = [asyncio.Lock() for _ in range(3)]
        self.words = [0] * 8
        self.woken = asyncio.Event()
        self.bug = False


def guarded(_number: int) -> Any:
    """A counter under a lock."""

    async def task(state: State) -> None:
        for _ in range(ROUNDS):
            async with state.locks[0]:
                value = state.words[0]
                await asyncio.sleep(0)
                state.words[0] = value + 1
            await asyncio.sleep(0)

    return task


def abba(number: int) -> Any:
    """Three locks taken in a circle, by tasks that start one after the other."""

    async def task(state: State) -> None:
        for _ in range(number * SKEW):
            await asyncio.sleep(0)
        async with state.locks[number]:
            await asyncio.sleep(0)
            async with state.locks[(number + 1) % 3]:
                await asyncio.sleep(0)

    return task


def rare(number: int) -> Any:
    """Two who look, in order, into a window that is open for one step of ten."""

    async def writer(state: State) -> None:
        for n in range(WRITES):
            await asyncio.sleep(0)
            state.words[0] = n == OPEN_AT

    async def first(state: State) -> None:
        await asyncio.sleep(0)
        if state.words[0]:
            await asyncio.sleep(0)
            state.words[1] = 1

    async def second(state: State) -> None:
        await asyncio.sleep(0)
        if state.words[0]:
            await asyncio.sleep(0)
            if state.words[1]:
                state.bug = True

    return (writer, first, second)[number]


def kick(number: int) -> Any:
    """A flag and a wake-up, tested before the sleeper is known: the wake-up can be lost."""

    async def sleeper(state: State) -> None:
        await asyncio.sleep(0)
        if not state.words[0]:
            await asyncio.sleep(0)
            state.woken.clear()
            await state.woken.wait()
        state.words[0] = 0

    async def waker(state: State) -> None:
        await asyncio.sleep(0)
        state.words[0] = 1
        state.woken.set()

    return (sleeper, waker)[number]


PROGRAMS: dict[str, tuple[Callable[[int], Any], int, Callable[[State], bool]]] = {
    "guarded 3x3": (guarded, 3, lambda state: state.words[0] == 3 * ROUNDS),
    "abba": (abba, 3, lambda _state: True),
    "rare": (rare, 3, lambda state: not state.bug),
    "kick": (kick, 2, lambda _state: True),
}


def say(engine: str, strategy: str, program: str, **figures: float | None) -> None:
    """One line."""
    print(json.dumps({"engine": engine, "strategy": strategy, "program": program, **figures}), flush=True)


# -- detangle --------------------------------------------------------------------------------


def under_detangle(name: str) -> Callable[[], Any]:
    """A program as detangle wants it: one coroutine that starts the tasks."""
    make, tasks, good = PROGRAMS[name]

    async def main() -> None:
        state = State()
        await asyncio.gather(*(make(n)(state) for n in range(tasks)))
        assert good(state)

    return main


def detangle_runs(name: str, strategy: Any, runs: int) -> tuple[int, bool]:
    """Executions done, and whether the last one failed."""
    try:
        stats = detangle.explore(under_detangle(name), runs=runs, strategy=strategy, shrink=False, database=False)
    except detangle.BugFound as found:
        return found.report.runs, True
    return stats.runs, False


def with_detangle(seconds: float, seeds: int) -> None:
    """Rates on the program without a bug, executions to the bug on the others."""
    strategies: dict[str, Callable[[int], Any]] = {
        "random": detangle.RandomWalk,
        "pct": lambda seed: detangle.PCT(seed, depth=3),
    }
    for word, make in strategies.items():
        done, began = 0, time.process_time()
        while time.process_time() - began < seconds:
            done += detangle_runs("guarded 3x3", make(done), 200)[0]
        say("detangle", word, "guarded 3x3", rate=done / (time.process_time() - began))
        for name in ("abba", "rare", "kick"):
            found = [detangle_runs(name, make(seed), BUDGET) for seed in range(seeds)]
            say("detangle", word, name, to_bug=median(runs if bug else BUDGET for runs, bug in found))


# -- frontrun --------------------------------------------------------------------------------


def with_frontrun(seconds: float) -> None:
    """DPOR, for at most so long a program."""
    for name, (make, tasks, good) in PROGRAMS.items():
        began = time.process_time()
        found = asyncio.run(
            frontrun.explore(
                setup=State,
                workers=[make(n) for n in range(tasks)],
                invariant=good,
                total_timeout=seconds,
                preemption_bound=None,
                reproduce_on_failure=0,
                deadlock_timeout=1.0,
            )
        )
        took = time.process_time() - began
        bug = None if found.property_holds else found.num_explored
        say("frontrun", "dpor", name, rate=found.num_explored / took, to_bug=bug)


if __name__ == "__main__":
    with_detangle(float(sys.argv[1]), int(sys.argv[2]))
    with_frontrun(4 * float(sys.argv[1]))
