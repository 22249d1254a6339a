"""The expectations section: what is to hold in every outcome, in none, or in some."""

from __future__ import annotations

from errno import errorcode
from typing import TYPE_CHECKING, Any

from aiovgic.scenario.nodes import key_number
from aiovgic.scenario.scenario import EXPECTED, Expectation
from aiovgic.text import nearest
from aiovgic.uapi.fields import MAX64, integer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from aiovgic.scenario.nodes import Node

RESULT_KEYS = ("ret", "errno", "value", "hex", "mmio_exit", "dev", "exception")
MAX_INTID = 0xFFFF
MAX_COUNT = 1000


def expectations(found: Mapping[str, Node], labels: Mapping[str, int], vcpus: int) -> Iterator[Expectation]:
    """All expectations, in the order always, never, sometimes, of so many vCPUs. Raises ScenarioError."""
    for when in EXPECTED:
        if when in found:
            node = found[when]
            if node.value == []:
                node.fail("expects nothing")
            for each in node.list() if isinstance(node.value, list) else (node,):
                yield expectation(when, each, labels, [f"vcpu{number}" for number in range(vcpus)])


def expectation(when: str, node: Node, labels: Mapping[str, int], vcpus: Sequence[str]) -> Expectation:
    """One group. Raises ScenarioError."""
    found = node.keys(("results", *FACTS))
    if not found:
        node.fail("expects nothing")
    results: dict[str, Mapping[str, Any]] = {}
    if "results" in found:
        for label, result in found["results"].items("results by label"):
            if label not in labels:
                hint = nearest(label, list(labels)) or f"; there are {', '.join(labels) or 'none'}"
                result.fail(f"no step is labelled {label!r}{hint}")
            results[label] = expected_result(result)
    for taker in found["taken"].value.values() if "taken" in found and isinstance(found["taken"].value, dict) else ():
        taker.one_of(vcpus)
    facts = {name: FACTS[name](node) for name, node in found.items() if name != "results"}
    return Expectation(when, node.line, results, facts)


def expected_result(node: Node) -> Mapping[str, Any]:
    """Members that a result is to have. Raises ScenarioError."""
    found = node.keys(RESULT_KEYS)
    expected = {key: each.plain() for key, each in found.items()}
    errno = expected.get("errno")
    if errno is not None and errno not in errorcode.values():
        found["errno"].fail(f"is {found['errno'].shown()}, no errno{nearest(errno, [*errorcode.values()])}")
    if "value" in expected:
        expected["value"] = number_of(found["value"])
    return expected


def number_of(node: Node) -> int:
    """A number, written in any way. Raises ScenarioError."""
    try:
        return integer(node.value)
    except ValueError as error:
        node.fail(str(error))


def by_number(node: Node, high: int, what: str) -> Iterator[tuple[int, Node]]:
    """The keys, as numbers, and values of a mapping; each number once. Raises ScenarioError."""
    seen: dict[int, str] = {}
    for key, each in node.items(what):
        number = key_number(key, node, high)
        if number in seen:
            each.fail(f"{key} is the same as {seen[number]}, which is there already")
        seen[number] = key
        yield number, each


def counts(node: Node) -> dict[int, int]:
    """How often, by INTID."""
    return {intid: each.integer(0, MAX_COUNT) for intid, each in by_number(node, MAX_INTID, "counts by INTID")}


def takers(node: Node) -> dict[int, str]:
    """Which vCPU, by INTID."""
    return {intid: each.text() for intid, each in by_number(node, MAX_INTID, "vCPUs by INTID")}


def intids(node: Node) -> list[int]:
    """A list of INTIDs, ascending."""
    return sorted(each.integer(0, MAX_INTID) for each in node.list("a list of INTIDs"))


def by_address(node: Node) -> dict[int, Node]:
    """Nodes by guest-physical address."""
    return dict(by_number(node, MAX64, "a mapping by address"))


def bus(node: Node) -> dict[int, str | None]:
    """Which device answers, by address; null for none."""
    return {addr: None if each.value is None else each.text() for addr, each in by_address(node).items()}


def mmio(node: Node) -> dict[int, int]:
    """What vCPU 0's 32-bit load reads, by address."""
    return {addr: number_of(each) for addr, each in by_address(node).items()}


def memory(node: Node) -> dict[int, bytes]:
    """What is in guest memory, by address."""
    found: dict[int, bytes] = {}
    for addr, each in by_address(node).items():
        try:
            found[addr] = bytes.fromhex(each.text())
        except ValueError:
            each.fail(f"{each.shown()} are no bytes in hexadecimal")
    return found


def serial(node: Node) -> bool:
    """That some serial order explains the results; it can only be asked for."""
    if not node.flag():
        node.fail("can only be true; under 'never' or 'sometimes' it says the opposite")
    return True


FACTS: Mapping[str, Callable[[Node], Any]] = {
    "delivered": counts,
    "taken": takers,
    "pending": intids,
    "lost": intids,
    "bus": bus,
    "mmio": mmio,
    "memory": memory,
    "serial": serial,
}
"""Everything but results that can be expected: this is the closed list."""
