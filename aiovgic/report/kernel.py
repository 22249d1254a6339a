"""Findings in the shapes that kernel developers know: KCSAN's for accesses, lockdep's for locks.

The outlines are theirs; tasks stand where they have threads, things by name where they have addresses,
and the model's lines where they have stack frames.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.report.table import table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from aiovgic.record.finding import Finding, Place

KCSAN_RULE = "=" * 66
LOCKDEP_RULE = "=" * 54
LOCKDEP_THIN = "-" * 54
WARNINGS = {
    "circular": "possible circular locking dependency detected",
    "wait-for-cycle": "circular wait detected",
    "irq-inversion": "possible irq lock inversion dependency detected",
    "nesting": "possible recursive locking detected",
    "srcu-self-deadlock": "possible recursive locking detected",
}
"""What lockdep calls a rule; others go by our own name."""


def kcsan(finding: Finding, under: str) -> str:
    """A finding as a KCSAN report: the two accesses and the locks that each held."""
    names = sorted({place.function: None for place in finding.places if place.function})
    where = f" in {' / '.join(names)}" if names else ""
    lines = [KCSAN_RULE, f"BUG: {sanitizer(finding)}: {finding.kind}{where}", ""]
    for place in finding.places:
        lines += [*access(place), ""]
    lines += said(finding)
    lines += [f"Reported by aiovgic on: {under}", *replayed(finding), KCSAN_RULE]
    return "\n".join(lines)


def sanitizer(finding: Finding) -> str:
    """Who of the kernel's own would have said it."""
    match finding.kind:
        case "data-race":
            return "KCSAN"
        case "use-after-free":
            return "KASAN"
        case _:
            return "aiovgic"


def access(place: Place) -> Iterator[str]:
    """One side: what was done to what, by whom, where, holding what."""
    if place.access == "freed":
        yield f"{place.thing} was freed by task {place.task}:"
    else:
        yield f"{place.access or 'access'} to {place.thing} by task {place.task}:"
    if place.function:
        yield f" {place.function} ({place.file}:{place.line})"
    yield from held(place)


def held(place: Place) -> Iterator[str]:
    """The locks that a task holds, outermost first."""
    count = len(place.locks)
    yield f"{count} lock{'' if count == 1 else 's'} held by {place.task}{':' if count else '.'}"
    for number, lock in enumerate(place.locks):
        yield f" #{number}: {lock}"


def lockdep(finding: Finding, under: str) -> str:
    """A finding as a lockdep report: who wants what and holds what, and how that meets."""
    lines = [
        LOCKDEP_RULE,
        f"WARNING: {WARNINGS.get(finding.rule, finding.rule)}",
        f"aiovgic, {under}",
        LOCKDEP_THIN,
        *said(finding),
    ]
    for place in finding.places:
        lines += [*acquisition(place), ""]
    if len(finding.places) > 1:
        lines += ["Possible unsafe locking scenario:", "", *(f"      {line}" for line in scenario(finding.places)), ""]
        lines += [" *** DEADLOCK ***", ""]
    lines += [*replayed(finding), LOCKDEP_RULE]
    return "\n".join(lines)


def acquisition(place: Place) -> Iterator[str]:
    """One task: what it wants, and what it holds already."""
    yield f"{place.task} is trying to acquire lock:"
    yield f" ({place.thing}), at: {place.function} ({place.file}:{place.line})"
    if place.locks:
        yield "but task is already holding lock:" if len(place.locks) == 1 else "but task is already holding locks:"
        yield from (f" ({lock})" for lock in place.locks)


def scenario(places: Sequence[Place]) -> Iterator[str]:
    """A column a task: first all take what they hold, then each wants what another has."""
    rows: list[list[str]] = []
    for number, place in enumerate(places):
        rows += [
            [f"lock({lock});" if column == number else "" for column in range(len(places))] for lock in place.locks
        ]
    for number, place in enumerate(places):
        rows.append([f"lock({place.thing});" if column == number else "" for column in range(len(places))])
    yield from table([place.task for place in places], rows)


def said(finding: Finding) -> Sequence[str]:
    """What was seen, and nothing else if nothing was."""
    return [*(finding.saw or (finding.title,)), ""]


def replayed(finding: Finding) -> Sequence[str]:
    """The line that shows it again."""
    return [f"To replay: {finding.replay}"] if finding.replay else []


FORMATS: Mapping[str, Callable[[Finding, str], str]] = {"kcsan": kcsan, "lockdep": lockdep}
"""By the name that users write."""
