"""What there is, as columns: name first, then what is to be known of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.report.table import table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiovgic.bugs.catalogue import Bug


def bugs_listing(bugs: Sequence[Bug]) -> str:
    """The catalogue, one bug a line."""
    rows = [[bug.id, bug.base, bug.commit or "-", bug.cve or "-", ", ".join(bug.kinds)] for bug in bugs]
    return "\n".join(table(["bug", "over", "mended by", "CVE", "may show as"], rows))
