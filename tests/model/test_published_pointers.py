"""The pointers to the SPIs and to a vCPU's private interrupts: what publishes them, and what a look-up needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from aiovgic.engine.detect import Detectors
from aiovgic.engine.excuses import Excuses
from aiovgic.engine.explore import explore
from aiovgic.engine.stage import Stage
from aiovgic.engine.strategies.dfs import DfsStrategy
from aiovgic.engine.strategies.dpor import DporStrategy
from aiovgic.engine.trampoline import Execution
from aiovgic.engine.watch import Watch
from aiovgic.model.init import VgicInit
from aiovgic.model.inject import Injector
from aiovgic.model.irq_array import IrqArray
from aiovgic.model.locks import ORDER
from aiovgic.model.vm import Vm
from aiovgic.revisions.excuses import EXCUSES
from aiovgic.scenario.loader import load, parse
from aiovgic.scenario.program import ScenarioProgram
from aiovgic.scenario.shipped import scenarios
from aiovgic.sync import ACQUIRE, RELEASE, Load, replaces
from tests.revisions.witnesses import WITNESSES

if TYPE_CHECKING:
    from aiovgic.engine.task import Task
    from aiovgic.engine.trampoline import Execution as Running
    from aiovgic.model.vcpu import Vcpu
    from aiovgic.sync import Layer, Op, Shared

SPIS = "spis-published-plain"


@replaces(VgicInit)
class ReleasesSpis(VgicInit):
    """INIT fills the SPIs, then stores the pointer with release order."""

    async def dist_init(self, vcpu0: Vcpu | None) -> None:
        dist = self.vm.dist
        spis = await self.vm.faults.make(IrqArray, "irq", self.vm, 32, dist.nr_spis, lambda _irq: None)
        spis.filled = True
        await dist.spis.store(spis, RELEASE)


@replaces(Vm)
class AcquiresSpis(Vm):
    """A look-up loads the pointer with acquire order."""

    async def load_irqs(self, vcpu: Vcpu | None, intid: int) -> None:
        await self.dist.spis.load(ACQUIRE)


@replaces(VgicInit)
class FillsLate(VgicInit):
    """INIT stores the pointer, and lets others run before it fills the SPIs."""

    async def dist_init(self, vcpu0: Vcpu | None) -> None:
        dist = self.vm.dist
        spis = await self.vm.faults.make(IrqArray, "irq", self.vm, 32, dist.nr_spis, lambda _irq: None)
        await dist.spis.store(spis)
        await dist.initialized.load()
        spis.filled = True


@replaces(Injector)
class InjectsAtOnce(Injector):
    """An injector does not care whether INIT is complete."""

    async def lazy_init(self) -> None:
        pass


def searched(*layers: Layer) -> tuple[set[str], list[str]]:
    """What a search of INIT against an SPI finds, by kind and rule, and the excuses that it uses."""
    excuses = Excuses.of(EXCUSES)
    witness = WITNESSES[SPIS]
    program = ScenarioProgram(parse(witness.text, "witness.yaml", "witness"), layers, excuses)
    search = explore(program, DporStrategy(), 400, watches=Detectors(ORDER, excuses).watches, go_on=True)
    return {f"{each.kind}: {each.rule}" for each in search.found.values()}, sorted(excuses.used)


@pytest.mark.parametrize("layers", [(), (ReleasesSpis,), (AcquiresSpis,)], ids=["plain", "release", "acquire"])
def test_one_half_of_an_order_does_not_publish_the_spis(layers: tuple[Layer, ...]) -> None:
    found, used = searched(*layers)
    assert SPIS in used or found == {"data-race: happens-before"}


def test_release_and_acquire_publish_the_spis_without_an_excuse() -> None:
    found, used = searched(ReleasesSpis, AcquiresSpis)
    assert found == set()
    assert SPIS not in used


def test_a_look_up_in_an_array_that_is_not_filled_is_a_finding() -> None:
    found, _ = searched(FillsLate, InjectsAtOnce)
    assert "publication: not-filled" in found
    assert "data-race: happens-before" in found


class Unloaded(Watch):
    """Words that a task reads again and has not loaded at a point before."""

    def __init__(self) -> None:
        self.loaded: dict[tuple[str, str], None] = {}
        self.missing: list[str] = []
        self.running = ""

    after_ops = (Load,)

    def begin(self, execution: Running) -> None:
        self.execution = execution

    def after(self, task: Task, op: Op[Any], value: Any) -> None:
        assert isinstance(op, Load)
        self.loaded[self.execution.rt.current.name, op.word.ident] = None

    def reread(self, word: Shared[Any]) -> None:
        me = self.execution.rt.current
        locked = any(lock.cls == "config_lock" for lock in me.held)
        if (me.name, word.ident) not in self.loaded and not locked:
            self.missing.append(f"{me.name} reads {word.ident}")


@pytest.mark.parametrize("name", sorted(scenarios()))
def test_every_look_up_has_loaded_the_pointer_at_a_point_or_holds_the_lock_of_its_writers(name: str) -> None:
    watch = Unloaded()
    Execution(Stage(ScenarioProgram(load(name), ()), once=True), DfsStrategy(), watches=(watch,)).run()
    assert watch.missing == []
