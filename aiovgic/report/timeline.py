"""A trace in the terminal: one column a task, one glyph an event, what is not news folded away."""

from __future__ import annotations

from dataclasses import replace
from textwrap import wrap
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from aiovgic.record.schedule import Schedule
from aiovgic.report.styled import FAILED, joined, styled
from aiovgic.report.timeline_rows import FOLD, HOLD, LEGEND, TOLD, WAIT, Row, rows_of, unmarked_places

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from aiovgic.record.trace import Trace

GUTTER = 2
STEP = 5
GAP = 2
NARROWEST = 20
"""A column that is narrower says nothing: then all tasks share one."""
WIDEST = 56
SWITCH, PLACE = "*", "=>"
CUT = "~"
ENDS = 1
"""Points that are told at the beginning and at the end of each run of a task."""


class Run(NamedTuple):
    """What one task does until another goes on."""

    task: str
    rows: Sequence[Row]
    """Those that are told."""
    holds: tuple[str, ...]
    """What the task holds at its end."""


class Timeline:
    """What happened in one execution, by task and step."""

    def __init__(self, trace: Trace) -> None:
        self.trace = trace
        self.rows = rows_of(trace)
        seen = dict.fromkeys((*trace.head.tasks, *(row.task for row in self.rows)))
        self.tasks = tuple(task for task in seen if any(row.task == task for row in self.rows))
        self.waiting = tuple(unmarked_places(self.rows, trace.end.places))

    def to_json(self) -> dict[str, Any]:
        """The rows as plain data, none folded."""
        head, end = self.trace.head, self.trace.end
        return {
            "verb": "timeline",
            "scenario": head.scenario,
            "revision": head.revision,
            "bugs": [each.name for each in head.bugs],
            "schedule": head.schedule,
            "steps": end.steps,
            "finding": end.finding,
            "title": end.title,
            "places": [list(place) for place in end.places],
            "also": [{"finding": each.what, "title": each.detail} for each in self.trace.also],
            "tasks": list(self.tasks),
            "legend": {glyph: meaning for glyph, meaning in LEGEND.items() if glyph not in (FOLD, HOLD)},
            "rows": [row_json(row) for row in self.rows],
        }

    def source_json(self) -> dict[str, Any]:
        """The scenario and the layers inside the trace, as plain data."""
        head = self.trace.head
        scenario = {"name": head.scenario, "language": head.language, "digest": head.digest, "text": head.text}
        return {"scenario": scenario, "layers": [msgspec.to_builtins(each) for each in head.bugs]}

    def source(self) -> str:
        """The scenario and the layers inside the trace, each below a line that names it."""
        head = self.trace.head
        parts = [f"# scenario {head.scenario} ({head.language}, digest {head.digest})\n{head.text}"]
        for each in head.bugs:
            text = each.source or "# a bug of the catalogue: 'aiovgic bugs' describes it"
            parts.append(f"# layers {each.name} (digest {each.digest})\n{text}")
        return "\n\n".join(part.rstrip() for part in parts)

    def text(self, width: int, *, full: bool = False) -> str:
        """The timeline for a terminal of so many columns. ``full``: with nothing folded."""
        told = [Run(run[0].task, run if full else list(folded(run)), run[-1].holds) for run in runs(self.rows)]
        column = min(WIDEST, (width - GUTTER - STEP - GAP * len(self.tasks)) // max(len(self.tasks), 1))
        table = columns(told, self.tasks, column) if column >= NARROWEST else single(told, self.tasks, width)
        lines = [
            *self.title(width),
            "",
            *table,
            *self.last(width),
            "",
            *legend([row for run in told for row in run.rows], width),
        ]
        return joined(line.rstrip() for line in lines)

    def title(self, width: int) -> Iterator[str]:
        """What was found, and what was run."""
        head, end = self.trace.head, self.trace.end
        kind = end.finding.partition(": ")[0]
        verdict = f"FAILED  {kind}: {end.title}" if kind else "ended, nothing found"
        yield from verdict_behind(
            f"{head.scenario}  ", wrap(f"{head.scenario}  {verdict}", width, subsequent_indent="  ")
        )
        order = f"schedule '{head.schedule}'" if head.schedule else "default order"
        bugs = f" with {', '.join(each.name for each in head.bugs)}" if head.bugs else ""
        run = f"revision {head.revision}{bugs}, {order}, {end.steps} steps"
        yield from wrap(run, width, initial_indent="  ", subsequent_indent="  ")
        count = len(Schedule.parse(head.schedule).executions)
        if count > 1:
            joins = f"the finding takes {count} executions; this is the last one, and 'aiovgic replay' runs them all"
            yield from wrap(joins, width, initial_indent="  ", subsequent_indent="  ")
        for each in head.bugs:
            if each.title:
                yield from wrap(f"{each.name}: {each.title}", width, initial_indent="  ", subsequent_indent="    ")

    def last(self, width: int) -> Iterator[str]:
        """How it ended: the tasks that wait for ever, and each finding."""
        end = self.trace.end
        yield from (f"{PLACE} {task} waits for {what}" for task, what in self.waiting)
        yield ""
        found = f"{end.finding}: {end.title}" if end.title else end.finding
        last = wrap(f"FAILED  {found}", width, subsequent_indent="        ") if found else ["ended, nothing found"]
        yield from verdict_behind("", last)
        for each in self.trace.also:
            yield from wrap(f"also    {each.what}: {each.detail}", width, subsequent_indent="        ")


def verdict_behind(before: str, lines: list[str]) -> list[str]:
    """Wrapped lines with the style of the verdict, if it follows ``before`` in the first line."""
    word = FAILED[0]
    if not lines[0].startswith(f"{before}{word}"):
        return lines
    return [styled(before, FAILED, lines[0].removeprefix(f"{before}{word}")), *lines[1:]]


def row_json(row: Row) -> dict[str, Any]:
    """A row as plain data."""
    return {
        "step": row.step,
        "task": row.task,
        "glyph": row.glyph,
        "what": row.what,
        "text": row.text,
        "point": row.point,
        "switch": row.switch,
        "place": row.place,
        "shared": row.shared,
        "holds": list(row.holds),
    }


# -- folding --------------------------------------------------------------------------------------


def runs(rows: Sequence[Row]) -> Iterator[list[Row]]:
    """The rows, cut where another task goes on."""
    run: list[Row] = []
    for row in rows:
        if run and run[-1].task != row.task:
            yield run
            run = []
        run.append(row)
    if run:
        yield run


def folded(run: Sequence[Row]) -> Iterator[Row]:
    """A run of one task with what is not news in one row, and what is said twice in a row said once."""
    points = [number for number, row in enumerate(run) if row.point]
    ends = dict.fromkeys((*points[:ENDS], *points[-ENDS:]))
    away: list[Row] = []
    last: Row | None = None
    for number, row in enumerate(run):
        if last is not None and says_the_same(last, row):
            continue
        if number in ends or is_news(row):
            yield from fold(away)
            away = []
            yield row
            last = row
        elif row.point:
            away.append(row)
    yield from fold(away)


def is_news(row: Row) -> bool:
    """Whether a row is told wherever it stands."""
    return row.switch or row.place or row.shared or row.glyph in TOLD


def says_the_same(last: Row, row: Row) -> bool:
    """Whether a row only says again what the last one said."""
    marked = row.switch or row.place
    return not marked and (last.glyph, last.text) == (row.glyph, row.text)


def fold(away: Sequence[Row]) -> Iterator[Row]:
    """Points that are no news, in one row; a single one is told as it is."""
    if len(away) == 1:
        yield away[0]
    elif away:
        steps = f"{len(away)} steps to {away[-1].step}"
        yield replace(away[0], glyph=FOLD, what="", text=steps, holds=away[-1].holds)


# -- layouts --------------------------------------------------------------------------------------


def columns(told: Sequence[Run], tasks: Sequence[str], width: int) -> Iterator[str]:
    """One column a task; where another task goes on, the others' columns say what they hold."""
    yield line("", "step", [cut(task, width) for task in tasks], width)
    yield line("", "-" * (STEP - 1), ["-" * width for _ in tasks], width)
    held: dict[str, tuple[str, ...]] = {}
    shown_step = -1
    for run in told:
        others = {task: list(held.get(task, ())) for task in tasks if task != run.task and run.rows}
        for row in run.rows:
            cells = [cell(row, width) if task == run.task else next_held(others[task], width) for task in tasks]
            yield line(mark(row), "" if row.step == shown_step else str(row.step), cells, width)
            shown_step = row.step
        while any(others.values()):
            yield line("", "", [next_held(others.get(task, []), width) for task in tasks], width)
        held[run.task] = run.holds


def next_held(left: list[str], width: int) -> str:
    """The next lock that a task which does not run holds, if it was not told yet."""
    return cut(f"{HOLD} {left.pop(0)}", width) if left else ""


def single(told: Sequence[Run], tasks: Sequence[str], width: int) -> Iterator[str]:
    """All tasks in one column, the task's name first: for narrow terminals, and for many tasks."""
    name = min(max(len(task) for task in tasks), 12) if tasks else 4
    room = max(width - GUTTER - STEP - name - 2 * GAP, NARROWEST)
    yield line("", "step", ["task".ljust(name), "what"], 0)
    held: dict[str, tuple[str, ...]] = {}
    for run in told:
        for task in tasks:
            if task != run.task and held.get(task) and run.rows:
                yield line("", "", [cut(task, name).ljust(name), cut(f"{HOLD} {' '.join(held[task])}", room)], 0)
        for row in run.rows:
            yield line(mark(row), str(row.step), [cut(row.task, name).ljust(name), cell(row, room)], 0)
        held[run.task] = run.holds


def line(marked: str, step: str, cells: Sequence[str], width: int) -> str:
    """One line of a table."""
    gap = " " * GAP
    padded = gap.join(each.ljust(width) for each in cells)
    return f"{marked.ljust(GUTTER)}{step.rjust(STEP - 1)}{gap}{padded}".rstrip()


def mark(row: Row) -> str:
    """What the gutter says of a row."""
    if row.place:
        return PLACE
    return SWITCH if row.switch else ""


def cell(row: Row, width: int) -> str:
    """A row in its column."""
    return cut(f"{row.glyph} {row.text}", width)


def cut(text: str, width: int) -> str:
    """A text short enough."""
    return text if len(text) <= width else f"{text[: width - 1]}{CUT}"


def legend(rows: Sequence[Row], width: int) -> list[str]:
    """What the glyphs mean that are there."""
    there = dict.fromkeys((*(row.glyph for row in rows), HOLD, WAIT))
    words = [f"{glyph} {meaning}" for glyph, meaning in LEGEND.items() if glyph in there]
    words += [f"{SWITCH} the schedule's switch", f"{PLACE} place of the finding", f"{CUT} cut"]
    joined = "   ".join(word.replace(" ", "\0") for word in words)
    return [each.replace("\0", " ") for each in wrap(joined, width, initial_indent="  ", subsequent_indent="  ")]
