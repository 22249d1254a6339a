"""bugs --verify: search for every bug of the catalogue in its scenario, and for anything in the scenario without it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiovgic.bugs.catalogue import catalogue
from aiovgic.errors import UsageError
from aiovgic.lab.explore import explore
from aiovgic.lab.pool import Pool
from aiovgic.lab.result import Result
from aiovgic.lab.subject import EXPLORED
from aiovgic.lab.traces import keep, place_of
from aiovgic.report.verify import verify_report

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from aiovgic.lab.explore import ExploreResult
    from aiovgic.lab.progress import Progress
    from aiovgic.lab.telling import Told

    Asked = tuple[str, bool, int]
    """The id of a bug, whether the look is a quick one, and the seed."""

BUDGET = 5_000
"""Executions in which a bug is to be found, and as many that are to be clean without it."""

QUICK_BUDGET = 300
QUICK_EVERY = 2
"""A quick look takes one bug of so many."""


@dataclass(frozen=True, kw_only=True)
class Checked:
    """One bug: whether it was found, and whether its scenario is clean without it."""

    id: str
    base: str
    scenario: str
    kinds: tuple[str, ...]
    """What was found, first what ended the search."""
    found: bool
    """As one of the kinds that it may show as."""
    at_execution: int
    """The first execution that shows it as one of those, or 0."""
    switches: int
    """Of the shortest schedule to that."""
    strategy: str
    """The strategy of that execution; if there is none, the strategies of the search."""
    executions: int
    """Of the search on `fixed`."""
    complete: bool
    clean: bool
    seconds: float

    @property
    def good(self) -> bool:
        """Found with the bug, clean without it."""
        return self.found and self.clean


@dataclass(frozen=True, kw_only=True)
class VerifyResult(Result):
    """What came of all of them."""

    quick: bool
    bugs_asked: int
    """How many bugs were to be checked."""
    interrupted: bool = False
    checked: Sequence[Checked] = field(default=(), repr=False)
    unexpected: tuple[str, ...] = ()
    """A line for each finding without a planted bug."""

    @property
    def good(self) -> bool:
        """Whether every bug that was checked was found, and no search without a bug found anything."""
        return not self.unexpected and all(each.good for each in self.checked)

    def to_json(self) -> dict[str, Any]:
        return {
            "verb": self.verb,
            "quick": self.quick,
            **({"interrupted": True} if self.interrupted else {}),
            "bugs": len(self.checked),
            "good": sum(each.good for each in self.checked),
            "complete": sum(each.good and each.complete for each in self.checked),
            "unexpected": list(self.unexpected),
            "seconds": round(self.seconds, 3),
            "checked": [as_data(each) for each in self.checked],
        }

    def report(self) -> str:
        return verify_report(self.checked, self.seconds, self.bugs_asked, self.unexpected, interrupted=self.interrupted)


def as_data(checked: Checked) -> dict[str, Any]:
    """One bug as ``--json`` prints it."""
    return {
        "id": checked.id,
        "base": checked.base,
        "scenario": checked.scenario,
        "found": checked.found,
        "kinds": list(checked.kinds),
        "at_execution": checked.at_execution,
        "switches": checked.switches,
        "strategy": checked.strategy,
        "fixed": {"executions": checked.executions, "complete": checked.complete, "clean": checked.clean},
        "seconds": round(checked.seconds, 3),
    }


def verify(
    *,
    quick: bool = False,
    jobs: int = 1,
    seed: int = 0,
    progress: Progress | None = None,
    heard: Callable[[str], None] | None = None,
) -> VerifyResult:
    """Search for every bug of the catalogue in its scenario, then without it. Raises UsageError.

    ``quick``: only some of them, and fewer executions without the bug. ``jobs``: processes. ``heard`` gets a line
    for each finding without a bug, when it is made. Ctrl-C ends it and keeps what was checked.
    """
    if jobs < 1:
        raise UsageError(f"there must be at least one job, not {jobs}")
    known = tuple(bug for bug in catalogue().values() if bug.scenario)
    asked = [(bug.id, quick, seed) for bug in (known[::QUICK_EVERY] if quick else known)]
    began = time.perf_counter()
    checked: dict[int, Checked] = {}
    unexpected: list[str] = []

    def say(line: str) -> None:
        unexpected.append(line)
        if heard is not None:
            heard(line)

    interrupted = False
    try:
        for number, each in results(asked, jobs, say):
            checked[number] = each
            if progress is not None:
                progress(len(checked), len(asked))
    except KeyboardInterrupt:
        interrupted = True
    return VerifyResult(
        verb="bugs",
        revision=EXPLORED,
        quick=quick,
        bugs_asked=len(asked),
        interrupted=interrupted,
        unexpected=tuple(unexpected),
        checked=[checked[number] for number in sorted(checked)],
        seconds=time.perf_counter() - began,
    )


def results(asked: Sequence[Asked], jobs: int, say: Callable[[str], None]) -> Iterator[tuple[int, Checked]]:
    """Each bug that was checked, with its number, as they come; ``say`` gets a line for each finding without a bug."""
    if jobs == 1:
        yield from ((number, check(each, say)) for number, each in enumerate(asked))
        return
    yield from Pool(check, min(jobs, len(asked))).run(asked, lambda _number, line: say(line))


def whole(result: ExploreResult) -> ExploreResult:
    """A search that was not interrupted. Raises KeyboardInterrupt."""
    if result.interrupted:
        raise KeyboardInterrupt
    return result


class Keeper:
    """Keeps the traces of findings without a planted bug, and tells each in a line."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self.say = say

    def found(self, told: Told) -> None:
        """Write the trace, then tell the finding."""
        finding = told.finding
        path = place_of(told.trace, finding.kind)
        try:
            keep(path, told.trace)
            written = f"written {path}"
        except OSError as error:
            written = f"the trace is not written: {path}: {error.strerror or error}"
        where = f"{told.subject.called} on {told.subject.under}"
        self.say(f"{where}: {finding.kind}: {finding.title} (execution {finding.at_execution}); {written}")

    def shrunk(self, before: Told, told: Told) -> None:
        """The trace that was told stays."""


def check(asked: Asked, say: Callable[[str], None]) -> Checked:
    """Look for one bug, then at its scenario without it; ``say`` gets a line for each finding without it."""
    name, quick, seed = asked
    bug = catalogue()[name]
    began = time.perf_counter()
    planted = whole(explore(bug.scenario, budget=BUDGET, seed=seed, revision=bug.base, bugs=(bug.id,)))
    shown = sorted((each for each in planted.findings if each.kind in bug.kinds), key=lambda each: each.at_execution)
    budget = QUICK_BUDGET if quick else BUDGET
    without = whole(explore(bug.scenario, budget=budget, seed=seed, teller=Keeper(say)))
    return Checked(
        id=bug.id,
        base=bug.base,
        scenario=bug.scenario,
        kinds=tuple(dict.fromkeys(finding.kind for finding in planted.findings)),
        found=bool(shown),
        at_execution=shown[0].at_execution if shown else 0,
        switches=min((finding.switches for finding in shown), default=0),
        strategy=shown[0].strategy if shown else planted.in_words,
        executions=without.executions,
        complete=without.complete,
        clean=without.good,
        seconds=time.perf_counter() - began,
    )
