"""What every shipped scenario must stand: the announcement audit, and every schedule twice."""

from __future__ import annotations

from typing import Any

import pytest

from aiovgic.engine.explore import explore
from aiovgic.engine.strategies.dfs import DfsStrategy
from aiovgic.engine.strategies.random import RandomStrategy
from aiovgic.engine.strategies.twice import TwiceStrategy
from aiovgic.errors import DivergedError
from aiovgic.lab.subject import Subject
from aiovgic.scenario.shipped import scenarios
from aiovgic.sync import Part, Parts
from devtools.audit import audit
from devtools.programs.bodies import program

OF_ONE_TASK = {
    "CpuInterface.apr": "registers of the CPU that a vCPU is loaded on; only its own thread is there",
    "CpuInterface.lrs": "the same",
    "GicV.apr": "the same",
    "CpuInterface.vmcr": "the same",
    "GicV.lrs": "the same, of a GICv2",
    "ListRegister.active": "the same: what guest mode does to them, and what the fold reads",
    "ListRegister.pending": "the same",
    "Vcpu.core_regs": "touched under vcpu->mutex only, by the ioctls of one register and of reset",
    "Vcpu.index": "given once, under kvm->lock, before the vCPU can be found in its VM",
}
"""Plain attributes of which each object belongs to one task."""

OF_NO_KERNEL = {
    "Deliveries.taken": "the scenario's own record of what guests took, judged at the end",
    "Faults.made": "a ledger of what was allocated, read at quiet points",
    "Irq.unqueued": "why it was left unqueued, for the rule about lost interrupts; written under irq_lock",
    "IrqArray._made": "interrupts are made when first touched, as they would have been at first",
    "Machine.eventfds": "the player's own descriptors, by GSI",
    "Machine.labels": "the scenario's own names of devices, each given by one step",
    "Machine.session": "the player's descriptor of its VM: used and closed with the announced descriptors",
    "Ram.pages": "guest memory: every access of it is an announced operation",
    "Teardown.closed": "the same",
    "Vcpu.loader": "who filled the list registers, for the rule about edits of what is in them",
    "ScenarioSession.results": "the scenario's own record of results, each given by one step, judged at the end",
}
"""Plain attributes that several tasks change, and that no task decides by without an operation."""


@pytest.mark.parametrize("revision", ["fixed", "v6.12"])
@pytest.mark.parametrize("name", scenarios())
def test_whatever_changes_in_a_race_is_announced(name: str, revision: str) -> None:
    changed = audit(Subject.of(name, revision).program, RandomStrategy(1), 3)
    assert sorted(set(changed) - set(OF_ONE_TASK) - set(OF_NO_KERNEL)) == []
    assert [each for each, tasks in changed.items() if each in OF_ONE_TASK and tasks > 1] == []


class Careless(Part):
    """A part with an attribute that is not announced."""

    def __init__(self, parts: Parts, name: str) -> None:
        super().__init__(parts, name)
        self.word = self.shared("word", 0)
        self.plain = 0
        self.pages: dict[int, list[int]] = {0: []}


async def careless(part: Any) -> None:
    await part.word.load()
    part.plain += 1
    part.pages[0].append(part.plain)
    await part.word.store(1)


def test_a_plain_attribute_that_two_tasks_change_is_found_by_the_audit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Careless, "__module__", "aiovgic.careless")
    changed = audit(program(Careless, {"one": careless, "two": careless}), DfsStrategy(), 3)
    assert changed == {"Careless.plain": 2, "Careless.pages": 2}


class Behind(Part):
    """A part whose shared word points at a careless one."""

    def __init__(self, parts: Parts, name: str) -> None:
        super().__init__(parts, name)
        self.pointer = self.shared("pointer", parts.make(Careless, "behind"))


async def careless_behind(part: Behind) -> None:
    await careless(await part.pointer.load())


def test_the_audit_looks_at_what_a_shared_word_points_at(monkeypatch: pytest.MonkeyPatch) -> None:
    for cls in (Careless, Behind):
        monkeypatch.setattr(cls, "__module__", "aiovgic.careless")
    changed = audit(program(Behind, {"one": careless_behind, "two": careless_behind}), DfsStrategy(), 3)
    assert changed == {"Careless.plain": 2, "Careless.pages": 2}


@pytest.mark.parametrize("name", scenarios())
def test_every_schedule_twice_offers_the_same_choices(name: str) -> None:
    search = explore(Subject.of(name, "fixed").program, TwiceStrategy(RandomStrategy(2)), 12)
    assert search.broken is None


def test_a_program_that_depends_on_the_past_diverges_with_the_first_difference() -> None:
    runs = iter(range(100))

    async def forgetful(part: Any) -> None:
        await part.word.load()
        if next(runs) % 4 == 3:
            await part.word.store(1)

    with pytest.raises(DivergedError) as caught:
        explore(program(Careless, {"one": forgetful, "two": forgetful}), TwiceStrategy(DfsStrategy()), 10)
    assert str(caught.value) == "the same schedule twice: it had ended; now step 2 could run two (store p.word)"
