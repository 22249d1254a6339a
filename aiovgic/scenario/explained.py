"""Which fields explain an expectation that does not hold: what a finding tells the last accesses of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiovgic.model.facts import irqs

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from aiovgic.record.operation import Operation
    from aiovgic.scenario.player import ScenarioSession
    from aiovgic.scenario.scenario import Expectation

OF_INTERRUPT = ("pending_latch", "line_level", "enabled", "active", "vcpu", "target_vcpu")
"""What decides whether, and by which vCPU, an interrupt is taken."""

BYTES = 64
"""Of a range of guest memory: how many of its first bytes count."""


def fields_of(session: ScenarioSession, expectation: Expectation) -> tuple[str, ...]:
    """The fields that an expectation is about, as the events of a trace call them; ``X.*`` is any field of X."""
    if session.machine.session is None:
        return ()
    found: dict[str, None] = {}
    for name, expected in expectation.facts.items():
        found.update(dict.fromkeys(of_fact(session, name, expected)))
    for plan in session.scenario.tasks:
        for step in plan.steps:
            if step.label in expectation.results or (step.label and "serial" in expectation.facts):
                found.update(dict.fromkeys(of_step(session, step.op, step.label, expectation, plan.vcpu)))
    return tuple(found)


def of_fact(session: ScenarioSession, name: str, expected: Any) -> Iterator[str]:
    """The fields that one fact is about."""
    if name in ("delivered", "taken", "pending", "lost"):
        yield from of_interrupts(session, expected)
    elif name == "bus":
        yield "bus.ranges"
    elif name == "mmio":
        for addr in expected:
            yield from of_device_at(session, addr)
    elif name == "memory":
        for gpa, data in expected.items():
            yield from (f"memory[{gpa + n:#x}]" for n in range(min(len(data), BYTES)))


def of_step(
    session: ScenarioSession, op: Operation, label: str, expectation: Expectation, vcpu: int | None
) -> Iterator[str]:
    """The fields that the result of a step is about: of its device, of its vCPU, and of the interrupt that it read.

    An operation that names neither device nor vCPU, as an MSI, is about the distributor and each ITS.
    """
    if isinstance(op.fields.get("addr"), int):
        yield from of_device_at(session, op.fields["addr"])
        return
    dev = op.raw.get("dev")
    number = op.fields.get("vcpu", vcpu)
    if isinstance(dev, str):
        yield from (f"{dev}.*", "dist.*")
    if isinstance(number, int):
        yield f"vcpu{number}.*"
    elif not isinstance(dev, str):
        yield from ("dist.*", *(f"{its.name}.*" for its in reversed(session.vm.devices.value)))
    values = (expectation.results.get(label, {}).get("value"), session.results.get(label, {}).get("value"))
    yield from of_interrupts(session, [int(str(each), 0) for each in values if each is not None])


def of_interrupts(session: ScenarioSession, intids: Iterable[int]) -> Iterator[str]:
    """The fields of the interrupts with these INTIDs that were ever touched."""
    wanted = tuple(intids)
    for irq in irqs(session.vm):
        if irq.intid in wanted:
            yield from (f"{irq.name}.{field}" for field in OF_INTERRUPT)


def of_device_at(session: ScenarioSession, addr: int) -> Iterator[str]:
    """The fields of the device that answers at an address."""
    for here in session.vm.bus.ranges.value:
        if here.base <= addr < here.base + here.length:
            yield f"{here.device.name}.*"
