"""The report of a finding: what, where, the broken rule, what was seen, the schedule, and the line to paste."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING

import msgspec

from aiovgic.report.styled import FAILED, PASTE, joined, styled

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from aiovgic.record.finding import Finding, Place, Switch

VERBS = {
    "lock": "takes",
    "trylock": "tries",
    "load": "reads",
    "store": "writes",
    "racy-read": "looks at",
    "memory": "touches",
    "ref": "counts",
    "read-lock": "enters",
    "grace-begin": "starts to wait for readers of",
    "grace-end": "has waited for readers of",
    "prepare": "is about to sleep on",
    "sleep": "sleeps on",
    "choose": "chooses that",
    "interrupt": "comes in",
    "fence": "passes a barrier",
    "resched": "offers",
}
"""What a point does to its object, in words."""

NO_LOCK = "nothing"
CALLED = "  called by "
WIDTH = 112
"""Columns of the calls that led to a place."""


def finding_report(  # noqa: PLR0913  a report tells all of this
    subject: str,
    finding: Finding,
    switches: Sequence[Switch],
    how: str,
    was: int | None,
    *,
    proven: bool = False,
    shown: int | None = None,
) -> str:
    """The whole report. ``how``: how it was found; ``was``: deviations of the schedule before it was shrunk.

    ``proven``: no smaller schedule shows the finding. ``shown``: deviations that are told, if not all.
    """
    lines = [failed_line(subject, finding), f"  {how}", ""]
    if finding.places:
        lines += ["  Where", *(f"    {line}" for line in places(finding.places)), ""]
    if finding.history:
        lines += ["  Before", *(f"    {line}" for line in places(finding.history)), ""]
    lines += [f"  Rule: {finding.rule}", ""]
    if finding.saw and finding.saw != (finding.title,):
        lines += ["  Seen", *(f"    {line}" for line in finding.saw), ""]
    if finding.replay:
        title = "Smallest schedule" if proven and finding.switches else "Schedule"
        lines += [*story(title, finding, switches, was, shown), "", replay_line(finding)]
    return joined(lines).rstrip()


def failed_line(subject: str, finding: Finding) -> str:
    """The first line of a report: the verdict, and what was found."""
    return styled(f"{subject}  ", FAILED, f"  {finding.kind}: {finding.title}")


def replay_line(finding: Finding) -> str:
    """The command line that shows a finding again."""
    return styled((f"  replay  {finding.replay}", PASTE))


def shrunk_report(
    finding: Finding, switches: Sequence[Switch], before: Finding, *, proven: bool, interrupted: bool
) -> list[str]:
    """What came of the shrinking of the schedule that ``before`` has."""
    proof = (
        ["  smallest schedule: every schedule with fewer deviations was tried"] if proven and before.switches else []
    )
    ended = ["  shrinking was interrupted"] if interrupted else []
    if finding.schedule == before.schedule:
        none = ["  no smaller schedule was found"] if before.switches and not (proof or ended) else []
        return [*proof, *ended, *none]
    title = "smaller schedule" if finding.switches < before.switches else "as short, with later switches"
    return [*story(title, finding, switches, before.switches), *proof, *ended, replay_line(finding)]


def places(found: Sequence[Place]) -> Iterator[str]:
    """Each task's part: what it did, to what, where, holding what; in columns, with the calls that led there."""
    rows = [
        (
            in_execution(place),
            place.task,
            place.access,
            f"{place.object}.{place.field}" if place.field else place.object,
            f"{place.file}:{place.line}" if place.file else "",
            place.function,
            f"holding {', '.join(place.locks) or NO_LOCK}",
        )
        for place in found
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row, place in zip(rows, found, strict=True):
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True) if width]
        yield "  ".join(cells).rstrip()
        callers = ", ".join(f"{frame.function}\0({frame.file}:{frame.line})" for frame in place.stack[1:])
        for line in wrap(callers, WIDTH, initial_indent=CALLED, subsequent_indent=" " * len(CALLED)):
            yield line.replace("\0", " ")


def in_execution(place: Place) -> str:
    """The execution of a place, if its finding joins several executions; else nothing."""
    return "" if place.execution is msgspec.UNSET else f"execution {place.execution}"


def story(
    title: str, finding: Finding, switches: Sequence[Switch], was: int | None, shown: int | None = None
) -> Iterator[str]:
    """The deviations from the default order, in words; ``shown`` of them in each execution, if there are more."""
    shrunk = f" (was {was})" if was is not None and was != finding.switches else ""
    if not finding.earlier:
        yield f"  {title}: {order(switches)}{shrunk}"
        yield from (f"    {line}" for line in told(switches[:shown], len(switches)))
        return
    count = len(finding.earlier) + 1
    yield f"  {title}: {count} executions, which show the finding together{shrunk}"
    for number in range(1, count + 1):
        its = [each for each in switches if each.execution == number]
        yield f"    execution {number}: {order(its)}"
        yield from (f"      {line}" for line in told(its[:shown], len(its)))


def order(switches: Sequence[Switch]) -> str:
    """How an execution deviates from the default order."""
    return f"default order, except {deviations(switches)}" if switches else "default order (no switches)"


def told(switches: Sequence[Switch], count: int) -> Iterator[str]:
    """A line for each of these deviations, and one for the rest of the ``count`` that there are."""
    width = max((len(each.task) for each in switches), default=0)
    for each in switches:
        instead = f", before {each.before} {does(each.would, each.would_object)}" if each.before else ""
        yield f"step {each.step:<4} {each.task.ljust(width)}  {does(each.does, each.object)}{instead}"
    if len(switches) < count:
        yield f"and {count - len(switches)} more"


def deviations(switches: Sequence[Switch]) -> str:
    """How many switches a schedule has, and how many choices."""
    choices = sum(not each.before for each in switches)
    counts = ((len(switches) - choices, "switch", "switches"), (choices, "choice", "choices"))
    return " and ".join(f"{count} {one if count == 1 else many}" for count, one, many in counts if count)


def does(kind: str, what: str) -> str:
    """What a task does at a point: the verb, and the thing, if it is one thing."""
    if kind == "begin":
        return f"begins {what}" if what else "starts"
    if kind == "fault":
        return f"fails to {what.removeprefix('faults.')}"
    return f"{VERBS.get(kind, kind)} {what}".rstrip()
