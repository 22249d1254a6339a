"""The catalogue of bugs: for each its kinds, its story, and the scenario that shows it."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, NamedTuple

from aiovgic import bugs

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from aiovgic.record.finding import Kind
    from aiovgic.sync import Layer


@dataclass(frozen=True, kw_only=True)
class Bug:
    """One historical bug: layers over a revision, with its kinds, its story and its scenario."""

    id: str
    """The name that docs/facts/races.md gives it: the name of its file, with hyphens."""
    layers: tuple[Layer, ...]
    """The structure it was born in, where that is not its base's own, then the bug."""
    kinds: tuple[Kind, ...]
    """What it may show as."""
    doc: str | None
    """The head of its file."""
    base: str = "fixed"
    """The revision it is planted on."""
    scenario: str = ""
    """The shipped scenario that shows it, or nothing."""
    commit: str = ""
    """The upstream commit that mends it, where one is known."""
    cve: str = ""

    @property
    def title(self) -> str:
        """What is wrong, in one sentence."""
        return self.head.partition("\n")[0].removeprefix(f"{self.id}: ")

    @property
    def story(self) -> str:
        """How it comes about, in a few lines."""
        return self.head.partition("\n\n")[2]

    @property
    def head(self) -> str:
        """Title and story."""
        return (self.doc or "").strip()


class Figures(NamedTuple):
    """How many entries a catalogue has, and of what sort they are."""

    entries: int
    layer_sets: int
    """Different sets of layers: two entries may be two sides of one fault."""
    by_rule: int
    """Entries that may show by a rule of the detectors or of `check`."""
    by_claim: int
    """Entries that show only by an expectation of their scenario."""
    unsourced: int
    """Entries for which neither a commit nor a CVE is known; their stories say so."""

    def __str__(self) -> str:
        return (
            f"{self.entries} entries, {self.layer_sets} sets of layers; {self.by_rule} may show by a rule, "
            f"{self.by_claim} only by a claim of their scenario; no commit is known of {self.unsourced}"
        )


def figures(bugs: Iterable[Bug]) -> Figures:
    """The figures of these entries."""
    found = tuple(bugs)
    by_claim = sum(bug.kinds == ("expectation",) for bug in found)
    return Figures(
        entries=len(found),
        layer_sets=len(dict.fromkeys(bug.layers for bug in found)),
        by_rule=len(found) - by_claim,
        by_claim=by_claim,
        unsourced=sum(not (bug.commit or bug.cve) for bug in found),
    )


def catalogue() -> Mapping[str, Bug]:
    """Every bug by its id, in the order of ids: whatever file of this room has a ``BUG``."""
    modules = [info.name for info in iter_modules(bugs.__path__) if not info.ispkg]
    found = [getattr(import_module(f"{bugs.__name__}.{name}"), "BUG", None) for name in sorted(modules)]
    return {bug.id: bug for bug in found if isinstance(bug, Bug)}
