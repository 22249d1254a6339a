"""The catalogue, checked: one bug a line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.report.styled import BAD, GOOD, PARTIAL, joined, styled
from aiovgic.report.table import table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiovgic.lab.verify import Checked

HEAD = ("bug", "found as", "at execution", "switches", "on fixed", "executions", "seconds")
NUMBERS = (2, 3, 5, 6)


def verify_report(
    checked: Sequence[Checked], seconds: float, bugs: int, unexpected: Sequence[str] = (), *, interrupted: bool = False
) -> str:
    """A table, then what is wrong, then the totals.

    ``bugs``: how many were to be checked. ``unexpected``: a line for each finding without a planted bug.
    """
    lines = list(table(HEAD, [row(each) for each in checked], right=NUMBERS)) if checked else []
    missed = [each.id for each in checked if not each.found]
    unclean = [each.id for each in checked if not each.clean]
    if missed:
        lines.append(f"not found: {', '.join(missed)}")
    if unclean:
        lines.append(f"findings without it: {', '.join(unclean)}")
    lines += [f"finding without a bug: {line}" for line in unexpected]
    if interrupted:
        lines.append(f"interrupted: {len(checked)} of {bugs} bugs were checked")
    if not checked:
        return joined(lines)
    good = sum(each.good for each in checked)
    complete = sum(each.good and each.complete for each in checked)
    by_rule = sum(each.found and any(kind != "expectation" for kind in each.kinds) for each in checked)
    claimed = sum(each.found for each in checked) - by_rule
    lines.append(f"{by_rule} found by a rule, {claimed} by a claim of their scenario")
    lines.append(
        f"{good} of {len(checked)} bugs found, and nothing without it ({complete} complete, "
        f"{good - complete} budget spent), in {seconds:.0f} s"
    )
    return joined(lines)


def row(checked: Checked) -> list[str]:
    """One bug."""
    found = ", ".join(checked.kinds) if checked.found else "nothing of its kinds"
    without = ("ok, complete", GOOD) if checked.complete else ("budget spent, not complete", PARTIAL)
    return [
        checked.id,
        found,
        str(checked.at_execution or "-"),
        str(checked.switches if checked.found else "-"),
        styled(without if checked.clean else ("FINDING", BAD)),
        str(checked.executions),
        f"{checked.seconds:.1f}",
    ]
