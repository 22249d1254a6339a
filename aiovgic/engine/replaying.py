"""Replay: one schedule again, written down this time."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from aiovgic.engine.recorder import Recorder
from aiovgic.engine.stage import Stage
from aiovgic.engine.strategies.replay import ReplayStrategy
from aiovgic.engine.trampoline import Execution
from aiovgic.errors import DivergedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiovgic.engine.detect import Detectors
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


def primed(
    program: Program, earlier: Sequence[Schedule], detectors: Detectors, *, exact: bool = False
) -> tuple[Detectors, list[Switch]]:
    """New detectors that know the lock orders of ``earlier`` executions, which are run; and the switches of these.

    The detectors look at each later execution for itself. Raises DivergedError where a schedule cannot be followed.
    """
    made = detectors.again(exact=exact, keep=True)
    switches: list[Switch] = []
    for number, each in enumerate(earlier, 1):
        try:
            again = replay(program, each, made.watches)
        except DivergedError as error:
            raise DivergedError(f"execution {number}: {error}") from None
        switches += [msgspec.structs.replace(switch, execution=number) for switch in again.switches]
    made.lockdep.settle(earlier)
    return made, switches


def replay_after(
    program: Program, schedule: Schedule, detectors: Detectors, *watches: Watch, exact: bool = False
) -> Replayed:
    """Run the earlier executions of a schedule, then the last one with a trace, and with more ``watches``.

    Raises DivergedError where that cannot be done.
    """
    made, switches = primed(program, schedule.earlier, detectors, exact=exact)
    last = replay(program, schedule, (*made.watches, *watches))
    numbered = (msgspec.structs.replace(each, execution=made.lockdep.number) for each in last.switches)
    return dataclasses.replace(last, switches=(*switches, *numbered))


def replay(program: Program, schedule: Schedule, watches: Sequence[Watch] = ()) -> Replayed:
    """Run a program as a schedule says, with a trace. Raises DivergedError where that cannot be done.

    Only its last execution is run: see `replay_after`.
    """
    recorder = Recorder()
    strategy = ReplayStrategy(schedule)
    stage = Stage(program, once=True, traced=True)
    outcome = Execution(stage, strategy, recorder=recorder, watches=watches).run()
    late = strategy.unused(outcome.steps, outcome.choices)
    if late:
        raise DivergedError(f"the execution ended after {outcome.steps} steps, before {late}")
    recorder.settle()
    return Replayed(outcome, tuple(recorder.events), tuple(recorder.switches))
