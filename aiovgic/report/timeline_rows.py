"""A trace as rows: what each task does, one glyph an event, with what it holds and what matters marked."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from aiovgic.record.schedule import Schedule

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from aiovgic.record.trace import Event, Trace

    Place = tuple[str, str, str]

COMMAND, ANSWER, TAKE, RELEASE, INSIDE, OUTSIDE, READ, WRITE, COUNT = ">", "<", "[", "]", "{", "}", "?", "!", "#"
KICK, ENTER, LEAVE, MEMORY, WAIT, CHOICE, FREE, FOLD, HOLD = "^", "(", ")", "@", "z", "%", "x", ":", "|"

LEGEND: Mapping[str, str] = {
    COMMAND: "begins",
    ANSWER: "result",
    TAKE: "takes",
    RELEASE: "gives back",
    INSIDE: "enters section",
    OUTSIDE: "leaves section",
    HOLD: "holds",
    READ: "reads",
    WRITE: "writes",
    COUNT: "counts",
    KICK: "kicks",
    ENTER: "enters guest",
    LEAVE: "leaves guest",
    MEMORY: "memory",
    WAIT: "waits",
    CHOICE: "chooses",
    FREE: "frees",
    FOLD: "more steps",
}

GLYPHS: Mapping[str, str] = {
    "op": COMMAND,
    "ret": ANSWER,
    "release": RELEASE,
    "read": READ,
    "write": WRITE,
    "kick": KICK,
    "enter": ENTER,
    "exit": LEAVE,
}
"""Of events that are no points."""

POINTS: Mapping[str, str] = {
    "lock": TAKE,
    "trylock": TAKE,
    "read-lock": INSIDE,
    "load": READ,
    "racy-read": READ,
    "memory": MEMORY,
    "prepare": WAIT,
    "sleep": WAIT,
    "grace-begin": WAIT,
    "grace-end": WAIT,
    "choose": CHOICE,
}
"""Of points, by the first word of what they did; all others write."""

ACCESSES: Mapping[str, str] = {"read": READ, "write": WRITE}
"""Of accesses that places name; others are whatever their task did last."""

HAPPENS_BEFORE = "happens-before"
"""The rule of a finding about two accesses that nothing orders."""

RACE = 2
"""Places that a race has."""

CHANGING = (WRITE, TAKE, RELEASE, COUNT, FREE, WAIT)
TOLD = (COMMAND, ANSWER, KICK, ENTER, LEAVE, CHOICE, FREE, WAIT)
"""What is never folded."""


@dataclass(frozen=True)
class Row:
    """One thing that a task does."""

    step: int
    task: str
    glyph: str
    what: str
    text: str
    point: bool = False
    """Whether others could have run instead."""
    switch: bool = False
    """Whether the schedule says that this task runs now."""
    place: bool = False
    """Whether it is a place of what was found."""
    shared: bool = False
    """Whether another task does something to the same thing just before or after, and one of them changes it."""
    holds: tuple[str, ...] = ()
    """What the task holds after it."""


@dataclass
class Holding:
    """What each task holds, as far as a trace tells."""

    by: dict[str, list[str]] = field(default_factory=dict)

    def after(self, row: Row) -> tuple[str, ...]:
        """What its task holds after a row."""
        held = self.by.setdefault(row.task, [])
        if row.glyph in (TAKE, INSIDE) and not row.text.endswith(" = false"):
            held.append(row.what)
        elif row.glyph in (RELEASE, OUTSIDE) and row.what in held:
            held.remove(row.what)
        return tuple(held)


def rows_of(trace: Trace) -> list[Row]:
    """Every event of a trace but its facts and findings, in order, with switches and the places of findings marked."""
    rows = [row_of(event) for event in trace.events if event.kind_of not in ("fact", "found") and event.task]
    holding = Holding()
    rows = [replace(row, holds=holding.after(row)) for row in rows]
    rows = mark_switches(rows, dict(Schedule.parse(trace.head.schedule).switches))
    rows = mark_shared(rows)
    for finding, places in ((trace.end.finding, trace.end.places), *((each.what, each.places) for each in trace.also)):
        rows = mark_places(rows, places, unordered=finding.endswith(f": {HAPPENS_BEFORE}"))
    return rows


def row_of(event: Event) -> Row:
    """One event as a row."""
    kind, detail = event.kind_of, event.detail
    if kind == "ref":
        freed = detail == "freed"
        return Row(event.step, event.task, FREE if freed else COUNT, event.what, event.what, point=not freed)
    if kind == "step":
        verb, _, rest = detail.partition(" ")
        glyph = POINTS.get(verb, WRITE)
        return Row(event.step, event.task, glyph, event.what, point_text(event.what, verb, rest), point=True)
    glyph = OUTSIDE if detail == "left" else GLYPHS[kind]
    return Row(event.step, event.task, glyph, event.what, event_text(kind, event.what, detail))


def point_text(what: str, verb: str, rest: str) -> str:
    """What a point did, behind its glyph."""
    if verb in ("sleep", "prepare", "grace-begin", "grace-end"):
        return f"{verb} {what}"
    if verb in ("load", "store", "trylock", "choose") and rest:
        return f"{what} = {rest}"
    if "->" in rest:
        return f"{what}: {rest}"
    if verb == "racy-read":
        return f"{what} without a lock"
    return what


def event_text(kind: str, what: str, detail: str) -> str:
    """What an event that is no point says, behind its glyph."""
    match kind:
        case "op":
            if not detail or detail.startswith(what):
                return detail or what
            return f"{what} {detail}" if "(" in detail else f"{detail}: {what}"
        case "ret":
            return f"{what} = {result_text(detail)}"
        case "write" if detail:
            return f"{what} = {detail}"
        case _:
            return what


def result_text(detail: str) -> str:
    """A result in few words: its errno, else its value, else what was returned."""
    try:
        result: Any = json.loads(detail)
    except ValueError:
        return detail
    if not isinstance(result, dict):
        return detail
    return str(result.get("errno") or result.get("value") or result.get("hex") or result.get("ret"))


# -- marks --------------------------------------------------------------------------------------


def mark_switches(rows: Sequence[Row], switches: Mapping[int, str]) -> list[Row]:
    """The first point of each step at which the schedule leaves the default order."""
    return [replace(row, switch=row.point and switches.get(row.step) == row.task) for row in rows]


def mark_places(rows: Sequence[Row], places: Sequence[Place], *, unordered: bool = False) -> list[Row]:
    """Where the finding took place: the two accesses if nothing orders them (``unordered``), else the last of each."""
    found = [[number for number, row in enumerate(rows) if is_at(row, place)] for place in places]
    racing = unordered and len(found) == RACE
    marked = dict.fromkeys(pair(*found) if racing else [numbers[-1] for numbers in found if numbers])
    return [replace(row, place=row.place or number in marked) for number, row in enumerate(rows)]


def is_at(row: Row, place: Place) -> bool:
    """Whether a row is what a place's task did to the place's thing."""
    task, what, access = place
    return row.task == task and row.what == what and row.glyph == ACCESSES.get(access, row.glyph)


def pair(one: Sequence[int], other: Sequence[int]) -> list[int]:
    """The first access that follows one of the other side's, and the last of those; or what there is."""
    for second in sorted((*one, *other)):
        before = [first for first in (other if second in one else one) if first < second]
        if before:
            return [before[-1], second]
    return [numbers[-1] for numbers in (one, other) if numbers]


def unmarked_places(rows: Sequence[Row], places: Sequence[Place]) -> Iterator[tuple[str, str]]:
    """Places at which nothing was done: their tasks wait there."""
    for place in places:
        if not any(is_at(row, place) for row in rows):
            yield place[:2]


def mark_shared(rows: Sequence[Row]) -> list[Row]:
    """Where order matters: the last thing that a task does to something before another does, and the other's first.

    One of the two must change it. What was taken there is also told when it is given back.
    """
    told: dict[int, bool] = {}
    latest: dict[str, dict[str, int]] = {}
    for number, row in enumerate(rows):
        users = latest.setdefault(row.what, {})
        mine = users.get(row.task, -1)
        for task, theirs in users.items():
            if task != row.task and theirs > mine and (changes(rows[theirs]) or changes(row)):
                told[theirs] = told[number] = True
        users[row.task] = number
    taken: dict[tuple[str, str], int] = {}
    for number, row in enumerate(rows):
        if row.glyph == TAKE:
            taken[row.task, row.what] = number
        elif row.glyph == RELEASE and (taken.get((row.task, row.what)) in told or number in told):
            told[number] = told[taken.get((row.task, row.what), number)] = True
    return [replace(row, shared=number in told) for number, row in enumerate(rows)]


def changes(row: Row) -> bool:
    """Whether it changes what it is about."""
    return row.glyph in CHANGING
