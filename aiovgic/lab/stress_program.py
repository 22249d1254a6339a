"""What stress runs: a scenario's program whose machines keep the ledger of their LPIs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.errors import UsageError
from aiovgic.lab.ledger import Ledger, Totals
from aiovgic.lab.ledger_layers import Bookkeeper
from aiovgic.scenario.player import ScenarioSession
from aiovgic.scenario.program import ScenarioProgram

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiovgic.engine.excuses import Excuses
    from aiovgic.record.finding import Violation
    from aiovgic.record.operation import Result
    from aiovgic.scenario.scenario import Scenario, Step
    from aiovgic.sync import Layer, Runtime


class StressProgram(ScenarioProgram):
    """One race after the other, each on a fresh machine; counts what all of them did."""

    def __init__(self, scenario: Scenario, layers: Sequence[Layer], excuses: Excuses | None = None) -> None:
        if scenario.body is not None:
            raise UsageError(f"{scenario.name} is explored, replayed or run; it is not for stress")
        self.ledger = Ledger()
        self.keeper = Bookkeeper(self.ledger)
        super().__init__(scenario, (*layers, *self.keeper.layers), excuses)
        self.serial = ScenarioProgram(scenario, layers).serial
        self.totals = Totals()
        self.operations = 0

    def __call__(self, rt: Runtime) -> StressSession:
        return StressSession(rt, self)


class StressSession(ScenarioSession):
    """One race; its ledger must balance at every quiet point."""

    counting = False
    """The race has begun: operations count."""

    def __init__(self, rt: Runtime, program: StressProgram) -> None:
        self.program = program
        super().__init__(rt, program.scenario, program.layers, program.serial, program.excuses)
        self.raced = self.vm
        program.keeper.open(self.raced)
        self.counting = True

    def note(self, step: Step, result: Result) -> None:
        super().note(step, result)
        self.program.operations += self.counting

    def quiet(self) -> Sequence[Violation]:
        return (*super().quiet(), *self.accounts())

    def judge(self) -> Sequence[Violation]:
        violations = (*super().judge(), *self.accounts())
        if not violations:
            self.program.ledger.add_to(self.program.totals, self.program.keeper.settle(self.raced)[0])
        return violations

    def accounts(self) -> Sequence[Violation]:
        """What does not balance; LPIs of a VM that was replaced are gone with it."""
        if self.machine.session is None or self.vm is not self.raced:
            return ()
        return tuple(self.program.ledger.balance(*self.program.keeper.settle(self.raced)))
