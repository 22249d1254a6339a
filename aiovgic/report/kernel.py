"""Findings in the shapes that kernel developers know: KCSAN's for races, KASAN's for memory, lockdep's for locks.

The outlines are theirs; tasks stand where they have threads, things by name where they have addresses,
and the model's lines where they have stack frames.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.report.finding import in_execution
from aiovgic.report.styled import FAILED, joined, styled
from aiovgic.report.table import table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from aiovgic.record.finding import Finding, Kind, Place

KCSAN_RULE = "=" * 66
LOCKDEP_RULE = "=" * 54
LOCKDEP_THIN = "-" * 54
ACCESSES = {"read": "Read", "load": "Read", "racy-read": "Read", "write": "Write", "store": "Write"}
"""What KASAN calls an access; any other, such as taking a lock, writes."""

ACQUIRING = ("takes", "lock", "trylock", "waits (lock)", "waits (trylock)", "waits for readers of")
"""Accesses that want a lock."""

WARNINGS = {
    "circular": "possible circular locking dependency detected",
    "wait-for-cycle": "circular wait detected",
    "irq-inversion": "possible irq lock inversion dependency detected",
    "nesting": "possible recursive locking detected",
    "srcu-self-deadlock": "possible recursive locking detected",
}
"""What lockdep calls a rule; others go by our own name."""


def kcsan(finding: Finding, under: str) -> str:
    """A finding as a KCSAN report: the two accesses, their call stacks, and the locks that each held."""
    names = sorted({place.function: None for place in finding.places if place.function})
    lines = [KCSAN_RULE, f"BUG: KCSAN: {finding.kind}{' in ' if names else ''}{' / '.join(names)}", ""]
    for place in finding.places:
        lines += [f"{place.access or 'access'} to {place.thing} by task {place.task}:", *trace(place), *held(place), ""]
    lines += said(finding)
    lines += [f"Reported by aiovgic on: {under}", *replayed(finding), KCSAN_RULE]
    return "\n".join(lines)


def kasan(finding: Finding, under: str) -> str:
    """A finding as a KASAN report: the access, where the memory was allocated, and where it was freed."""
    accesses = [place for place in finding.places if place.access != "freed"]
    freed = [place for place in finding.places if place.access == "freed"]
    first = accesses[0] if accesses else None
    rule = "double-free" if finding.rule == "double-free" else "slab-use-after-free"
    where = f" in {first.function}" if first is not None and first.function else ""
    lines = [KCSAN_RULE, f"BUG: KASAN: {rule}{where}"]
    for place in accesses:
        access = ACCESSES.get(place.access, f"Write ({place.access})")
        lines += [f"{access} of {place.thing} by task {place.task}", ""]
        lines += ["Call trace:", *trace(place), *held(place), ""]
    for word, places in (("Allocated", finding.history), ("Freed", freed)):
        for place in places:
            lines += [f"{word} by task {place.task}:", *trace(place), ""]
    objects = dict.fromkeys(place.object for place in (*freed, *finding.history))
    lines += [f"The buggy object is {name}" for name in objects]
    lines += [*said(finding), f"Reported by aiovgic on: {under}", *replayed(finding), KCSAN_RULE]
    return "\n".join(lines)


def trace(place: Place) -> Iterator[str]:
    """A call stack, innermost first; the one line that is known if there is no more."""
    frames = [(frame.function, frame.file, frame.line) for frame in place.stack]
    for function, file, line in frames or [(place.function, place.file, place.line)] * bool(place.function):
        yield f" {function} ({file}:{line})"


def held(place: Place) -> Iterator[str]:
    """The locks that a task holds, outermost first."""
    count = len(place.locks)
    yield f"{count} lock{'' if count == 1 else 's'} held by {place.task}{':' if count else '.'}"
    for number, lock in enumerate(place.locks):
        yield f" #{number}: {lock}"


def plain(finding: Finding, under: str) -> str:
    """A finding that no sanitizer of the kernel reports, in the outline that they share."""
    lines = [KCSAN_RULE, f"BUG: aiovgic: {finding.kind}", "", *said(finding)]
    for place in (*finding.places, *finding.history):
        what = f" {place.thing}" if place.thing else ""
        lines += [f"{place.task} {place.access}{what}:".replace("  ", " "), *trace(place), *held(place), ""]
    return "\n".join([*lines, f"Reported by aiovgic on: {under}", *replayed(finding), KCSAN_RULE])


def lockdep(finding: Finding, under: str) -> str:
    """A finding as a lockdep report: the lock that each task wants, the locks that it holds, and how they meet."""
    if finding.kind == "sleep-in-atomic":
        return sleeping(finding, under)
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


def sleeping(finding: Finding, under: str) -> str:
    """A finding as the kernel reports that what may sleep is called where nothing may."""
    lines = [LOCKDEP_RULE]
    for place in finding.places:
        lines += [f"BUG: sleeping function called from invalid context at {place.file}:{place.line}"]
        lines += [f"{place.task} {place.access} {place.thing}".rstrip(), *held(place), "Call trace:", *trace(place), ""]
    return "\n".join([*lines, *said(finding), f"aiovgic, {under}", *replayed(finding), LOCKDEP_RULE])


def acquisition(place: Place) -> Iterator[str]:
    """One task: what it wants, and what it holds already."""
    wants = "is trying to acquire" if place.access in ACQUIRING else place.access
    yield f"{actor(place)} {wants} lock:"
    yield f" ({place.thing}), at:"
    yield from trace(place)
    if place.locks:
        yield "but task is already holding lock:" if len(place.locks) == 1 else "but task is already holding locks:"
        yield from (f" ({lock})" for lock in place.locks)


def actor(place: Place) -> str:
    """A task, and its execution if the finding joins several."""
    return f"{place.task} ({in_execution(place)})" if in_execution(place) else place.task


def scenario(places: Sequence[Place]) -> Iterator[str]:
    """A column a task: first all take what they hold, then each wants what another has."""
    rows: list[list[str]] = []
    for number, place in enumerate(places):
        rows += [
            [f"lock({lock});" if column == number else "" for column in range(len(places))] for lock in place.locks
        ]
    for number, place in enumerate(places):
        rows.append([f"lock({place.thing});" if column == number else "" for column in range(len(places))])
    yield from table([actor(place) for place in places], rows)


def said(finding: Finding) -> Sequence[str]:
    """What was seen, and nothing else if nothing was."""
    return [*(finding.saw or (finding.title,)), ""]


def replayed(finding: Finding) -> Sequence[str]:
    """The line that shows it again."""
    return [f"To replay: {finding.replay}"] if finding.replay else []


SHAPES: Mapping[str, tuple[tuple[Kind, ...], Callable[[Finding, str], str]]] = {
    "kcsan": (("data-race",), kcsan),
    "kasan": (("use-after-free",), kasan),
    "lockdep": (("lock-order", "deadlock", "sleep-in-atomic"), lockdep),
}
"""By the name that users write: the kinds of finding that a shape is for, and what makes it."""

KERNEL = "kernel"
"""The shape that fits the finding's kind."""

FORMATS = (KERNEL, *SHAPES)
"""What users may write."""


def shaped(finding: Finding, shape: str, under: str) -> str:
    """A finding in a shape; in a line that says which shapes fit, if this one is for other kinds."""
    fitting = [name for name, (kinds, _) in SHAPES.items() if finding.kind in kinds]
    if shape == KERNEL:
        return SHAPES[fitting[0]][1](finding, under) if fitting else plain(finding, under)
    if shape in fitting:
        return SHAPES[shape][1](finding, under)
    kinds = ", ".join(SHAPES[shape][0])
    ways = " or ".join(f"--format {name}" for name in ("text", KERNEL, *fitting))
    verdict = styled(FAILED, f"  {finding.kind}: {finding.title}")
    return joined(
        [verdict, f"  --format {shape} is for {kinds}; use {ways}", *(f"  {each}" for each in replayed(finding))]
    )
