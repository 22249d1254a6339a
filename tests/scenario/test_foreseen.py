"""What a search expects of tasks is decided by their operations, never by words in a text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from aiovgic import explore, race
from aiovgic.lab.subject import Subject
from aiovgic.record.bytecode import facts_of
from aiovgic.scenario.foreseen import changes_descriptors, ends_vm
from aiovgic.scenario.loader import parse
from aiovgic.scenario.shipped import scenarios
from aiovgic.scenario.written import whole

if TYPE_CHECKING:
    from aiovgic import Kvm, Machine

TEXT = scenarios()["msi-vs-discard"].read_text(encoding="utf-8")


def executions(text: str) -> int:
    """Executions of a complete search of the scenario in a text."""
    result = explore(parse(text, "s.yaml", "s"))
    assert result.complete
    return result.executions


def test_a_comment_that_names_destroy_vm_changes_no_search() -> None:
    assert executions(f"# unlike destroy_vm, nothing ends here\n{TEXT}") == executions(TEXT)


async def commented(kvm: Kvm) -> None:
    """A thread that never calls destroy_vm."""
    await kvm.irq_line(0x1000020)  # nor does this comment: destroy_vm


async def ends(kvm: Kvm) -> None:
    await kvm.do("destroy_vm")


async def ends_by_helper(kvm: Kvm) -> None:
    await ends(kvm)


async def opens(m: Machine) -> None:
    async with m.tasks() as together:
        together.start(m.kvm.create_device, "vgic-its")


async def signals(m: Machine) -> None:
    async with m.tasks() as together:
        together.start(m.kvm.irq_line, 0x1000020)


@pytest.mark.parametrize(("body", "expected"), [(commented, False), (ends, True), (ends_by_helper, True)])
def test_the_code_of_a_task_says_whether_it_ends_the_vm(body: object, expected: bool) -> None:
    assert ends_vm(race({"a": body})) is expected  # type: ignore[dict-item]


@pytest.mark.parametrize(("body", "expected"), [(opens, True), (signals, False)])
def test_the_code_of_a_test_says_whether_it_makes_descriptors(body: object, expected: bool) -> None:
    assert changes_descriptors(whole(body)) is expected  # type: ignore[arg-type]


async def creates(m: Machine) -> None:
    """One task creates an ITS, the other one names it."""
    async with m.tasks() as together:
        together.start(m.kvm.create_device, "vgic-its", label="made", name="create")
        together.start(m.kvm.set_attr, "made", "ADDR", "ITS", 0x0808_0000, label="addr", name="addr")


def test_a_descriptor_that_one_task_makes_is_seen_or_not_by_another() -> None:
    result = explore(whole(creates), outcomes=True)
    seen = {each["results"]["addr"]["errno"] for each in result.outcomes}
    assert result.complete
    assert seen == {None, "EBADF"}


def test_every_scenario_is_foreseen_by_its_operations() -> None:
    ending = {name for name in scenarios() if ends_vm(Subject.of(name, "fixed").scenario)}
    assert ending == {"destroy-vs-msi"}


def test_the_facts_of_code_name_what_it_loads_and_stores() -> None:
    space: dict[str, object] = {}
    exec("def f(a):\n global g\n g = h.x\n a.y = g\n h.z = 'word'\n import os\n return lambda: i\n", space)  # noqa: S102  made here
    code = space["f"].__code__  # type: ignore[attr-defined]
    facts = facts_of(code)
    assert facts.global_loads == ("h", "g", "i")
    assert facts.global_stores == ("g",)
    assert facts.attribute_loads == (("h", "x"),)
    assert facts.attribute_stores == (("a", "y"), ("h", "z"))
    assert facts.imports == ("os",)
    assert facts.strings == ("word",)
