"""Judging one outcome by a scenario's expectations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiovgic.model.facts import irqs
from aiovgic.record.finding import Violation
from aiovgic.scenario.explained import fields_of
from aiovgic.scenario.scenario import words
from aiovgic.uapi.operations import operation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from aiovgic.model.vm import Vm
    from aiovgic.record.finding import Kind
    from aiovgic.record.operation import Result
    from aiovgic.scenario.player import ScenarioSession
    from aiovgic.scenario.scenario import Expectation


def judge(session: ScenarioSession) -> tuple[tuple[int, ...], list[Violation]]:
    """Which 'sometimes' (by number) an outcome reaches, and which expectations it breaks."""
    reached: list[int] = []
    broken: list[Violation] = []
    for number, expectation in enumerate(session.scenario.expectations):
        found = list(mismatches(session, expectation))
        failures = [text for _, text in found]
        rule = expectation.rule
        match expectation.when:
            case "sometimes":
                if not failures:
                    reached.append(number)
            case "always":
                if failures:
                    kind: Kind = "not-serial" if all(name == "serial" for name, _ in found) else "expectation"
                    about = fields_of(session, expectation)
                    broken.append(Violation(kind, rule, "; ".join(failures), about=about))
            case _:
                if not failures:
                    what = f"reached what must never be: {expectation.written}"
                    broken.append(Violation("expectation", rule, what, about=fields_of(session, expectation)))
    return tuple(reached), broken


def mismatches(session: ScenarioSession, expectation: Expectation) -> Iterator[tuple[str, str]]:
    """What of an expectation does not hold: its name, and what is wrong in words."""
    for label, expected in expectation.results.items():
        result = session.results.get(label)
        if result is None:
            yield "results", f"{label} never ended, expected {words(expected)}"
        elif differing(result, expected):
            yield "results", f"{label} is {words(differing(result, expected))}, expected {words(expected)}"
    for name, expected in expectation.facts.items():
        if session.machine.session is None and name != "serial":
            yield name, f"{name}: there is no VM"
            continue
        yield from ((name, text) for text in FACTS[name](session, expected))


def differing(result: Result, expected: Mapping[str, Any]) -> dict[str, Any]:
    """The members of a result that are not as expected."""
    return {key: result.get(key) for key, value in expected.items() if not same(result.get(key), value)}


def same(got: Any, expected: Any) -> bool:
    """Whether a member is as expected; numbers may be written in any way."""
    if isinstance(got, str) and isinstance(expected, int):
        return got.startswith("0x") and int(got, 16) == expected
    return bool(got == expected)


def delivered(session: ScenarioSession, expected: Mapping[int, int]) -> Iterator[str]:
    """How often guests took each interrupt."""
    for intid, count in expected.items():
        got = session.deliveries.count(intid)
        if got != count:
            yield f"interrupt {intid} was taken {times(got)}, expected {times(count)}"


def taken(session: ScenarioSession, expected: Mapping[int, str]) -> Iterator[str]:
    """Which vCPU took each interrupt."""
    for intid, vcpu in expected.items():
        got = session.deliveries.taker(intid)
        if got != vcpu:
            yield f"interrupt {intid} was taken by {got or 'no vCPU'}, expected {vcpu}"


def times(count: int) -> str:
    """A count in words."""
    return {0: "never", 1: "once"}.get(count, f"{count} times")


def still_pending(session: ScenarioSession) -> list[int]:
    """The interrupts that are pending when all is over."""
    return sorted({irq.intid for irq in irqs(session.vm) if irq.is_pending()})


def pending(session: ScenarioSession, expected: list[int]) -> Iterator[str]:
    """Which interrupts are still pending."""
    got = still_pending(session)
    if got != expected:
        yield f"pending at the end: {words(got)}, expected {words(expected)}"


def lost(session: ScenarioSession, expected: list[int]) -> Iterator[str]:
    """Which of the machine's LPIs were neither taken nor are pending."""
    left = still_pending(session)
    lpis = sorted({plan.lpi for plan in session.scenario.machine.lpis})
    got = [intid for intid in lpis if not session.deliveries.count(intid) and intid not in left]
    if got != expected:
        yield f"lost: {words(got)}, expected {words(expected)}"


def bus(session: ScenarioSession, expected: Mapping[int, str | None]) -> Iterator[str]:
    """Which device answers at each address."""
    for addr, name in expected.items():
        got = session.rt.finish(answers(session.vm, addr))
        if got != name:
            yield f"{got or 'no device'} at {addr:#x}, expected {name or 'no device'}"


async def answers(vm: Vm, addr: int) -> str | None:
    """The device that answers at an address."""
    async with vm.srcu.read():
        hit = await vm.bus.find(addr, 1)
    return None if hit is None else hit.device.name


def mmio(session: ScenarioSession, expected: Mapping[int, int]) -> Iterator[str]:
    """What vCPU 0 reads at each address."""
    for addr, value in expected.items():
        op = operation("mmio_read", {"vcpu": 0, "addr": addr, "size": 4})
        result = session.rt.finish(session.machine.perform(session.set_up, op))
        got = result.get("value")
        if got is None or int(got, 16) != value:
            yield f"vCPU 0 reads {got or words(result)} at {addr:#x}, expected {value:#x}"


def memory(session: ScenarioSession, expected: Mapping[int, bytes]) -> Iterator[str]:
    """What is in guest memory."""
    for gpa, data in expected.items():
        got = session.vm.memory.peek(gpa, len(data))
        if got != data:
            yield f"memory at {gpa:#x} is {'absent' if got is None else got.hex()}, expected {data.hex()}"


def serial(session: ScenarioSession, expected: bool) -> Iterator[str]:  # noqa: FBT001  every fact has this shape
    """Whether the results could be had with one step after the other."""
    assert expected, "the loader takes no other"
    if not session.serial.explains(session.results):
        got = "; ".join(f"{label}: {words(result)}" for label, result in sorted(session.results.items()))
        yield f"no serial order of the steps gives {got}"


FACTS: Mapping[str, Callable[[ScenarioSession, Any], Iterator[str]]] = {
    "delivered": delivered,
    "taken": taken,
    "pending": pending,
    "lost": lost,
    "bus": bus,
    "mmio": mmio,
    "memory": memory,
    "serial": serial,
}
"""How each expected fact is looked up; the same names as the loader knows."""
