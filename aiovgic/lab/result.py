"""What a verb gives: one type for all of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aiovgic.errors import NotOkError
from aiovgic.report.kernel import FORMATS, shaped
from aiovgic.report.styled import joined

if TYPE_CHECKING:
    from aiovgic.record.finding import Finding


@dataclass(frozen=True, kw_only=True)
class Result:
    """What came of a verb; ``str`` is the report."""

    verb: str
    revision: str
    bugs: tuple[str, ...] = ()
    """What-if layers and historical bugs over the revision, by name."""
    seconds: float
    findings: tuple[Finding, ...] = ()
    excused: tuple[str, ...] = ()
    """What was seen and KVM does on purpose, by the name of its excuse, and why."""

    @property
    def under(self) -> str:
        """The revision and what is planted over it, in words."""
        return " with ".join([self.revision, *([", ".join(self.bugs)] if self.bugs else [])])

    @property
    def finding(self) -> Finding | None:
        """The first finding, or None."""
        return self.findings[0] if self.findings else None

    @property
    def good(self) -> bool:
        """Whether nothing was found."""
        return not self.findings

    def ok(self) -> None:
        """Raise NotOkError, with the report, if anything was found."""
        if not self.good:
            raise NotOkError(str(self))

    def to_json(self) -> dict[str, Any]:
        """The result as plain data, as ``--json`` prints it."""
        raise NotImplementedError

    def report(self) -> str:
        """The result as text."""
        raise NotImplementedError

    def report_as(self, shape: str) -> str:
        """The findings in a shape of `aiovgic.report.kernel`; the report for ``text``, or if there are none."""
        if shape not in FORMATS or not self.findings:
            return self.report()
        return joined(shaped(finding, shape, f"revision {self.under}") for finding in self.findings)

    def __str__(self) -> str:
        return self.report()
