"""What there is, as columns: name first, then what is to be known of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.bugs.catalogue import figures
from aiovgic.report.table import table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aiovgic.bugs.catalogue import Bug


def bugs_listing(bugs: Sequence[Bug]) -> str:
    """The catalogue, one bug a line, then its figures."""
    rows = [[bug.id, bug.base, bug.commit or "-", bug.cve or "-", ", ".join(bug.kinds)] for bug in bugs]
    return "\n".join([*table(["bug", "over", "mended by", "CVE", "may show as"], rows), str(figures(bugs))])


def names_listing(sections: Mapping[str, Mapping[str, str]]) -> str:
    """Names and what each is, by section."""
    width = max((len(name) for rows in sections.values() for name in rows), default=0)
    found = [
        "\n".join([heading, *(f"  {name:<{width}}  {about}".rstrip() for name, about in rows.items())])
        for heading, rows in sections.items()
    ]
    return "\n\n".join(found)
