"""Instruments look at the model, and no report shows them."""

from __future__ import annotations

from types import FunctionType
from typing import TYPE_CHECKING

from aiovgic.engine.detect import Detectors
from aiovgic.engine.explore import explore
from aiovgic.engine.strategies.dpor import DporStrategy
from aiovgic.model.irq import Irq
from aiovgic.model.locks import ORDER
from aiovgic.model.probes import PROBES
from aiovgic.scenario.loader import parse
from aiovgic.scenario.program import ScenarioProgram
from aiovgic.sync import is_instrument, replaces
from tests.lab.test_unqueued import HEAD

if TYPE_CHECKING:
    from aiovgic.model.vcpu import Vcpu

TASKS = """
tasks:
  nic: {vcpu: 0, steps: [{int: {device: 2, event: 1}}]}
  vmm: {vcpu: 1, steps: [{mmio_write: {addr: 0x08000000, size: 4, value: 0x10}}]}
"""


@replaces(Irq)
class OverOracle(Irq):
    """A layer of a user that changes nothing."""

    def target_oracle(self) -> Vcpu | None:
        return super().target_oracle()


def test_a_call_stack_shows_the_layers_of_the_user_and_no_probe() -> None:
    program = ScenarioProgram(parse(HEAD + TASKS, "stack.yaml", "stack"), (OverOracle,))
    detectors = Detectors(ORDER, exact=True)
    search = explore(program, DporStrategy(), 20, watches=detectors.watches, go_on=True)
    [read] = [
        place
        for each in search.found.values()
        if each.kind == "data-race"
        for place in each.places
        if (place.function, place.field) == ("target_oracle", "enabled")
    ]
    files = [frame.file for frame in read.stack if frame.function == "target_oracle"]
    assert files == ["model/irq.py", "tests/lab/test_instruments.py"]


def test_every_probe_is_an_instrument_and_a_layer_of_a_user_is_none() -> None:
    functions = [each for layer in PROBES for each in vars(layer).values() if isinstance(each, FunctionType)]
    assert functions
    assert all(is_instrument(each.__code__) for each in functions)
    assert not is_instrument(OverOracle.target_oracle.__code__)
