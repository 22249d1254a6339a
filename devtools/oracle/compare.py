"""Where two recordings of the same scripts differ."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aiovgic.errors import ScenarioError
from aiovgic.scenario.recording import load_recording

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from aiovgic.record.operation import Operation, Result
    from aiovgic.scenario.recording import Script


@dataclass(frozen=True, slots=True)
class Difference:
    """One operation that two recordings answer differently."""

    script: str
    nth: int
    """The number of the operation in its script, from 1."""
    op: Operation
    answers: tuple[Result | None, Result | None]

    def lines(self) -> Iterator[str]:
        """The difference in words."""
        yield f"{self.script} op {self.nth}: {self.op}"
        for name, answer in zip("ab", self.answers, strict=True):
            yield f"    {name}: {json.dumps(answer)}"


@dataclass(slots=True)
class Comparison:
    """All differences of two recordings."""

    scripts: int = 0
    ops: int = 0
    differences: list[Difference] = field(default_factory=list)

    def report(self, *, whole: bool) -> Iterator[str]:
        """The first difference of each script, or the ``whole`` list; then how many of each operation there are."""
        seen: set[str] = set()
        for difference in self.differences:
            if whole or difference.script not in seen:
                yield from difference.lines()
            seen.add(difference.script)
        yield f"{len(seen)} of {self.scripts} scripts differ, {len(self.differences)} of {self.ops} operations"
        for name, count in sorted(Counter(each.op.name for each in self.differences).items()):
            yield f"    {name}: {count}"


def compare(first: Path, second: Path) -> Comparison:
    """Compare two recordings. Raises ScenarioError if they are of different scripts."""
    made = Comparison()
    one, other = load_recording(first).scripts, load_recording(second).scripts
    if len(one) != len(other):
        raise ScenarioError(str(second), f"has {len(other)} scripts, and {first} has {len(one)}")
    for here, there in zip(one, other, strict=True):
        check_same(second, here, there)
        made.scripts += 1
        made.ops += len(here.steps)
        made.differences += (
            Difference(here.name, nth, step.op, (step.expected, against.expected))
            for nth, (step, against) in enumerate(zip(here.steps, there.steps, strict=True), 1)
            if step.expected != against.expected
        )
    return made


def check_same(second: Path, here: Script, there: Script) -> None:
    """Raises ScenarioError if two scripts do not have the same name and operations."""
    if here.name != there.name:
        raise ScenarioError(f"{second}:{there.line}", f"is script {there.name}; the other recording has {here.name}")
    if [step.op for step in here.steps] != [step.op for step in there.steps]:
        raise ScenarioError(f"{second}:{there.line}", f"script {there.name} has other operations there")
