"""What an engine runs of a scenario."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.engine.excuses import Excuses
from aiovgic.model.probes import PROBES
from aiovgic.scenario.body import BodySession
from aiovgic.scenario.player import ScenarioSession
from aiovgic.scenario.serial import SerialOrders

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiovgic.scenario.scenario import Scenario
    from aiovgic.scenario.user_state import UserState
    from aiovgic.sync import Layer, Runtime


class ScenarioProgram:
    """Sets up the machine of a scenario on a runtime; every execution has one of its own."""

    def __init__(self, scenario: Scenario, layers: Sequence[Layer], excuses: Excuses | None = None) -> None:
        self.scenario = scenario
        self.layers = (*layers, *(probe for probe in PROBES if probe not in layers))
        self.excuses = Excuses.of(()) if excuses is None else excuses
        """None unless they are given: then every violation is one."""
        self.serial = SerialOrders(self)
        self.user_state: UserState | None = None
        """Where a search collects what the tasks can reach."""

    def __call__(self, rt: Runtime) -> ScenarioSession:
        session = ScenarioSession if self.scenario.body is None else BodySession
        made = session(rt, self.scenario, self.layers, self.serial, self.excuses)
        if self.user_state is not None:
            made.user_state = self.user_state
        return made
