"""One scenario on both engines: what can come of it when explored, and what comes of it live."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import anyio

from aiovgic.engine.live import LiveExecution, run_live
from aiovgic.engine.stage import Stage
from aiovgic.engine.strategies.random import RandomStrategy
from aiovgic.engine.strategies.replay import ReplayStrategy
from aiovgic.engine.trampoline import Execution
from aiovgic.record.schedule import Schedule
from aiovgic.scenario.loader import parse
from aiovgic.scenario.program import ScenarioProgram

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiovgic.engine.outcome import Outcome
    from aiovgic.sync import Layer

HEAD = "schema: 1\ntitle: A claim\n"
CHAOS = (0.0, 0.1, 0.5, 1.0)


def program(text: str, layers: Sequence[Layer] = ()) -> ScenarioProgram:
    """The program of a scenario's text."""
    return ScenarioProgram(parse(HEAD + text, "s.yaml", "s"), layers)


def explored(text: str, executions: int, layers: Sequence[Layer] = ()) -> list[Outcome]:
    """Outcomes in random order, seeded."""
    strategy, stage = RandomStrategy(7), Stage(program(text, layers))
    return [Execution(stage, strategy).run() for _ in range(executions)]


def swept(text: str, steps: int, layers: Sequence[Layer] = ()) -> list[Outcome]:
    """Outcomes in plain order but for one switch to the last task, at each of the first steps."""
    plan = program(text, layers)
    last = plan.scenario.tasks[-1].name
    schedules = [Schedule(((step, last),)) for step in range(steps)]
    stage = Stage(plan)
    return [Execution(stage, ReplayStrategy(schedule, strict=False)).run() for schedule in schedules]


def live(text: str, seeds: int, layers: Sequence[Layer] = ()) -> list[Outcome]:
    """Outcomes of live runs, calm and wild."""
    plan = program(text, layers)

    async def main() -> list[Outcome]:
        with anyio.fail_after(60):
            return [
                await LiveExecution(plan, chaos=CHAOS[seed % len(CHAOS)], seed=seed, step_limit=50_000).run()
                for seed in range(seeds)
            ]

    outcomes: list[Outcome] = run_live(main)
    return outcomes


def on_both(text: str, times: int, layers: Sequence[Layer] = ()) -> list[Outcome]:
    """Outcomes of both engines, none of which may be broken."""
    outcomes = [*explored(text, times, layers), *live(text, times, layers)]
    broken = [outcome.broken for outcome in outcomes if outcome.broken is not None]
    assert not broken
    return outcomes


def results(outcomes: Sequence[Outcome], label: str) -> list[Any]:
    """The different results of a step: its errno, else its value, else what it returned; None where it never ended."""
    found: dict[Any, None] = {}
    for outcome in outcomes:
        result = outcome.seen["results"].get(label)
        found[None if result is None else result["errno"] or result.get("value", result["ret"])] = None
    return sorted(found, key=str)
