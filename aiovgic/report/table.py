"""Tables in plain text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.report.styled import joined, styled

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence


def table(head: Sequence[str], rows: Sequence[Sequence[str]], *, right: Collection[int] = ()) -> Iterator[str]:
    """A head, a rule and the rows, in columns; those whose number is in ``right`` end together."""
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]

    def line(cells: Sequence[str]) -> str:
        padded = [
            styled(" " * (width - len(cell)), cell) if column in right else styled(cell, " " * (width - len(cell)))
            for column, (cell, width) in enumerate(zip(cells, widths, strict=True))
        ]
        return joined(padded, "  ").rstrip()

    yield line(head)
    yield "  ".join("-" * width for width in widths)
    for row in rows:
        yield line(row)
