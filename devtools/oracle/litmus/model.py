"""The outcomes that the model allows: DPOR over the racing tasks, and the final steps after each execution."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiovgic.engine.explore import explore
from aiovgic.lab.strategies import Way
from aiovgic.lab.subject import Subject
from aiovgic.scenario.player import ScenarioSession
from aiovgic.scenario.serial import SerialOrders
from devtools.oracle.litmus.outcomes import Allowed
from devtools.oracle.litmus.race import canonical

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiovgic.record.finding import Violation
    from aiovgic.sync import Context, Runtime, Shared
    from devtools.oracle.litmus.race import Race


class RaceSession(ScenarioSession):
    """One execution of a race: nothing is judged but the results of its steps."""

    race: Race

    def quiet(self) -> Sequence[Violation]:
        return ()

    def published(self, word: Shared[Any]) -> Sequence[Violation]:
        return ()

    def settled(self, me: Context) -> Sequence[Violation]:
        return ()

    def judge(self) -> Sequence[Violation]:
        """Play the final steps."""
        self.rt.finish(self.play_final())
        return ()

    async def play_final(self) -> None:
        """Each final step, in a thread of its own."""
        for step in self.race.final:
            self.note(step, await self.machine.perform(self.set_up, step.op))

    def outcome(self) -> dict[str, Any]:
        return {"outcome": [canonical(self.results.get(step.label)) for step in self.race.steps]}


def allow(race: Race, revision: str, budget: int, bugs: Sequence[str] = ()) -> Allowed:
    """The outcomes of a race in the model, by at most ``budget`` executions. Raises UsageError, ScenarioError."""
    subject = Subject.of(race.scenario, revision, bugs)
    serial = SerialOrders(subject.program)

    def program(rt: Runtime) -> RaceSession:
        session = RaceSession(rt, race.scenario, subject.layers, serial, subject.excuses)
        session.race = race
        return session

    watches = subject.detectors(go_on=True).watches
    found = explore(program, Way("dpor").make(), budget, watches=watches, go_on=True)
    schedules = {
        f"broken: {bar.seen['broken']}" if "broken" in bar.seen else " ".join(bar.seen["outcome"]): str(bar.schedule)
        for bar in found.histogram.sorted()
    }
    return Allowed(list(race.names), revision, found.executions, found.complete, schedules)
