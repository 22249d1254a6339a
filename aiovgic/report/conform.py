"""The report of conform: a line a theme, then each difference with the state that explains it."""

from __future__ import annotations

import json
from textwrap import wrap
from typing import TYPE_CHECKING, Any, NamedTuple

from aiovgic.report.styled import BAD, GOOD, joined, styled
from aiovgic.report.table import table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from aiovgic.record.difference import Difference

SHOWN = 12
"""Differences that are told in full; --json has all."""

WIDTH = 110
STATE = "  state    "


class ThemeCount(NamedTuple):
    """How many scripts and operations of one theme there are, and how many agree."""

    theme: str
    scripts: int
    scripts_agree: int
    ops: int
    ops_agree: int


def conform_report(  # noqa: PLR0913  a report tells all of this
    revision: str,
    how: str,
    jobs: int,
    themes: Sequence[ThemeCount],
    total: ThemeCount,
    differences: Sequence[Difference],
    seconds: float,
    *,
    interrupted: bool = False,
) -> str:
    """The whole report, without a line end at its end. ``interrupted``: not all recordings were played."""
    if interrupted and not total.scripts:
        return f"{revision} not compared: interrupted, no recording was played"
    rows = [(each.theme, f"{each.scripts_agree}/{each.scripts}", f"{each.ops_agree}/{each.ops}") for each in themes]
    lines = [*table(("theme", "scripts agree", "operations agree"), rows, right=(1, 2)), ""]
    for difference in differences[:SHOWN]:
        lines += [*tell(difference), ""]
    if len(differences) > SHOWN:
        lines += [f"... and {len(differences) - SHOWN} more; --json has them all", ""]
    verdict = ("DIFFERS", BAD) if differences else ("agrees", GOOD)
    so_far = " so far, interrupted" if interrupted and not differences else ""
    jobs_word = "1 job" if jobs == 1 else f"{jobs} jobs"
    lines.append(
        styled(
            f"{revision} ",
            verdict,
            f"{so_far}: {total.scripts_agree} of {total.scripts} scripts, {total.ops_agree} of {total.ops} operations; "
            f"{how}, {jobs_word}, {seconds:.1f} s, {total.ops / max(seconds, 1e-9):,.0f} operations/s",
        )
    )
    return joined(lines)


def tell(difference: Difference) -> Iterator[str]:
    """One difference: the operation, what the kernel and the model said, and the state around it."""
    yield f"{difference.script}  operation {difference.index}  {difference.file}:{difference.line}"
    yield f"  {cut(str(difference.op))}"
    yield f"  kernel   {cut(json.dumps(difference.expected))}"
    yield f"  aiovgic  {cut(json.dumps(difference.got))}"
    for name, facts in related(difference):
        words = " ".join(f"{key}={value}" for key, value in facts.items())
        yield from wrap(f"{name}: {words}", WIDTH, initial_indent=STATE, subsequent_indent=" " * len(STATE))


def related(difference: Difference) -> Iterator[tuple[str, dict[str, Any]]]:
    """The parts of the state that an operation can be about: the VM, then the vCPU or the ITSes."""
    state = difference.state
    if not state:
        yield "no VM", {}
        return
    yield "vm", state["vm"]
    vcpus = list(state["vcpus"].items())
    handle = difference.op.fields.get("vcpu")
    if isinstance(handle, int) and handle < len(vcpus):
        yield vcpus[handle]
    yield from state["its"].items()
    busy = {name: irq for name, irq in state["irqs"].items() if irq["listed"] or irq["latch"] or irq["active"]}
    yield from list(busy.items())[:4]


def cut(text: str) -> str:
    """A text short enough for a line."""
    return text if len(text) <= WIDTH else f"{text[: WIDTH - 3]}..."
