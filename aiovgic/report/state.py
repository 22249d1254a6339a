"""The report of a state: tasks first, then the machine's parts, each in a line that wraps."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING, Any

from aiovgic.report.finding import VERBS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

WIDTH = 110
PLAIN = {"latch": False, "line": False, "active": False, "listed": None}
"""How an interrupt is that nothing has happened to."""


def in_words(kind: str) -> str:
    """What a point of this kind does."""
    return VERBS.get(kind, kind)


def state_report(step: int, runs: str, things: Mapping[str, Any]) -> str:
    """The whole report, without a line end at its end; interrupts at rest are counted, not told, unless alone."""
    lines = [f"State before step {step}: {runs}" if runs else f"State at the end, after step {step - 1}"]
    for name, task in things.get("tasks", {}).items():
        lines += entry(f"task {name}", task_words(task))
    for name in ("vm", "bus"):
        if name in things:
            lines += entry(name, bus_words(things[name]) if name == "bus" else words(things[name]))
    for group in ("vcpus", "its"):
        for name, thing in things.get(group, {}).items():
            lines += entry(name, words(thing))
    lines += irq_lines(things.get("irqs", {}), alone="vm" not in things)
    return "\n".join(lines)


def irq_lines(irqs: Mapping[str, Any], *, alone: bool) -> Iterator[str]:
    """The interrupts that something is the matter with, and how many there are besides."""
    resting = {name for name, irq in irqs.items() if not alone and is_at_rest(name, irq)}
    for name, irq in irqs.items():
        if name not in resting:
            yield from entry(name, words(irq))
    if resting:
        yield f"  {len(resting)} more interrupts, neither pending nor active; --json has them"


def is_at_rest(name: str, irq: Mapping[str, Any]) -> bool:
    """Whether there is nothing to tell of an interrupt; LPIs are always told."""
    return "." in name and all(irq[key] == value for key, value in PLAIN.items())


def entry(name: str, text: str) -> list[str]:
    """One thing, its name first; what does not fit into a line goes on below."""
    first = f"  {name.ljust(12)}  "
    return wrap(text, WIDTH, initial_indent=first, subsequent_indent=" " * len(first), break_on_hyphens=False) or [
        first
    ]


def words(thing: Mapping[str, Any]) -> str:
    """Fields in a line."""
    return "  ".join(f"{key}={value_words(value)}" for key, value in thing.items())


def value_words(value: Any) -> str:
    """A field's value, without blanks, so that it stays in one piece."""
    match value:
        case None:
            return "none"
        case bool():
            return str(value).lower()
        case dict():
            return f"{{{','.join(f'{key}:{value_words(each)}' for key, each in value.items())}}}"
        case list() | tuple():
            return f"[{','.join(map(value_words, value))}]"
        case _:
            return str(value)


def bus_words(ranges: list[list[str]]) -> str:
    """The devices on the bus, each with its range."""
    return "  ".join(f"{base}+{length}={device}" for base, length, device in ranges) or "empty"


def task_words(task: Mapping[str, Any]) -> str:
    """A task in a line."""
    if task["next"] is None:
        return "has ended"
    verb = "next" if task["can_run"] else "waits"
    parts = [f"{verb}: {task['next']}"]
    if task["waits_for"]:
        parts.append(f"held by {', '.join(task['waits_for'])}")
    if task["at"]:
        parts.append(f"in {task['at']}")
    parts.append(f"holding {', '.join(task['holds']) or 'nothing'}")
    if task["inside"]:
        parts.append(f"inside {', '.join(task['inside'])}")
    return "; ".join(parts)
