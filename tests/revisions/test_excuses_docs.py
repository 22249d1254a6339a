"""docs/detectors.md lists every excuse, and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from aiovgic.revisions.excuses import EXCUSES
from aiovgic.sync import RaceExcuse, RuleExcuse

if TYPE_CHECKING:
    from aiovgic.sync import Excuse

DOCS = Path(__file__).resolve().parents[2] / "docs" / "detectors.md"
HEAD = ["| excuse | what is excused | why | source | revisions |", "|---|---|---|---|---|"]


def row(entry: Excuse) -> str:
    """An excuse as a line of the table."""
    if isinstance(entry, RaceExcuse):
        sides = " against ".join(f"{'write' if writes else 'read'} in `{site}`" for site, writes in entry.sides)
        what = f"race on `{entry.part.__name__}.{entry.field}`: {sides}"
    else:
        assert isinstance(entry, RuleExcuse)
        what = f"`{entry.kind}: {entry.rule}`"
    cells = [f"`{entry.name}`", what, entry.why, entry.source.replace("docs/", ""), ", ".join(entry.revisions) or "all"]
    return f"| {' | '.join(cells)} |"


def test_the_table_of_excuses_has_every_entry_in_order() -> None:
    lines = DOCS.read_text().splitlines()
    assert lines[lines.index(HEAD[0]) :] == [*HEAD, *map(row, EXCUSES)]
