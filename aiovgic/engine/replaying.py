"""Replay: one schedule again, written down this time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiovgic.engine.recorder import Recorder
from aiovgic.engine.stage import Stage
from aiovgic.engine.strategies.replay import ReplayStrategy
from aiovgic.engine.trampoline import Execution
from aiovgic.errors import DivergedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiovgic.engine.outcome import Outcome
    from aiovgic.engine.program import Program
    from aiovgic.engine.watch import Watch
    from aiovgic.record.finding import Switch
    from aiovgic.record.schedule import Schedule
    from aiovgic.record.trace import Event


@dataclass(frozen=True)
class Replayed:
    """One execution, its events, and its deviations from the default order."""

    outcome: Outcome
    events: tuple[Event, ...]
    switches: tuple[Switch, ...]


def replay(program: Program, schedule: Schedule, watches: Sequence[Watch] = ()) -> Replayed:
    """Run a program as a schedule says, with a trace. Raises DivergedError where that cannot be done."""
    recorder = Recorder()
    strategy = ReplayStrategy(schedule)
    stage = Stage(program, once=True, traced=True)
    outcome = Execution(stage, strategy, recorder=recorder, watches=watches).run()
    late = strategy.unused(outcome.steps, outcome.choices)
    if late:
        raise DivergedError(f"the execution ended after {outcome.steps} steps, before {late}")
    recorder.settle()
    return Replayed(outcome, tuple(recorder.events), tuple(recorder.switches))
