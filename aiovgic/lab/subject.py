"""What a verb works on: a scenario under a revision and what-if layers, and the program they make."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, replace
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from aiovgic.engine.detect import Detectors
from aiovgic.engine.excuses import Excuses
from aiovgic.errors import UsageError
from aiovgic.lab.whatif import plant, planted_again
from aiovgic.model.locks import ORDER
from aiovgic.record.trace import TRACE_VERSION, Head, PlantedHead
from aiovgic.revisions import layers_of
from aiovgic.revisions.excuses import excuses_of
from aiovgic.scenario.loader import MAX_BYTES, load, parse
from aiovgic.scenario.program import ScenarioProgram
from aiovgic.scenario.scenario import Scenario
from aiovgic.scenario.shipped import scenarios
from aiovgic.sync import clash

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aiovgic.lab.whatif import Planted
    from aiovgic.record.schedule import Schedule
    from aiovgic.scenario.user_state import UserState
    from aiovgic.sync import Layer

INSIDE = "the scenario inside"
"""The path of a scenario that a trace holds."""

EXPLORED = "fixed"
"""The revision that is explored unless another one is asked for."""


@dataclass(frozen=True)
class Subject:
    """A scenario under a revision, with what is planted over it."""

    scenario: Scenario
    revision: str = EXPLORED
    planted: tuple[Planted, ...] = ()
    trace: str = ""
    """The trace that the scenario was taken from, if it was."""
    strict: bool = False
    """Whether no excuse holds: what KVM does on purpose is a finding."""
    outcomes: bool = False
    """Whether an execution goes on after a wrong lock order, as in a search that counts outcomes."""

    @classmethod
    def of(
        cls, scenario: Scenario | str | Path, revision: str, bugs: Iterable[str | Path] = (), *, strict: bool = False
    ) -> Subject:
        """The subject of a call; ``bugs`` are ids or files. Raises ScenarioError, UsageError."""
        loaded = scenario if isinstance(scenario, Scenario) else load(scenario)
        layers_of(revision)
        made = cls(loaded, revision, tuple(plant(str(bug)) for bug in bugs), strict=strict)
        twice = clash(made.layers)
        if twice:
            raise UsageError(twice)
        return made

    @classmethod
    def of_trace(cls, trace: str, head: Head, files: Iterable[str]) -> Subject:
        """The subject that a trace's head describes: the scenario inside it, and layers from ``files``.

        Raises ScenarioError, UsageError.
        """
        if head.language != "yaml":
            raise UsageError(f"the race is written in Python, and a trace never executes code; run {head.replay}")
        if len(head.text.encode()) > MAX_BYTES:
            raise UsageError(f"the scenario inside is longer than {MAX_BYTES} bytes")
        name = Path(head.scenario).stem
        scenario = parse(head.text, INSIDE, name)
        shipped = scenarios().get(name)
        if shipped is not None and shipped.read_bytes() == head.text.encode():
            scenario = replace(scenario, path=str(shipped))
        layers_of(head.revision)
        return cls(scenario, head.revision, planted_again(head.bugs, files), trace, head.strict, head.outcomes is True)

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The revision's layers, then those of each bug, unless they are there already."""
        asked = (*layers_of(self.revision), *(layer for each in self.planted for layer in each.layers))
        return tuple(dict.fromkeys(asked))

    @property
    def bugs(self) -> tuple[str, ...]:
        """What is planted, by name."""
        return tuple(each.name for each in self.planted)

    @property
    def under(self) -> str:
        """The revision and what is planted over it, in words."""
        return " with ".join([self.revision, *([", ".join(self.bugs)] if self.bugs else [])])

    @property
    def program(self) -> ScenarioProgram:
        """What an engine runs."""
        return ScenarioProgram(self.scenario, self.layers, self.excuses)

    @cached_property
    def excuses(self) -> Excuses:
        """The excuses that hold in this revision, and those that were used so far."""
        return Excuses.of(() if self.strict else excuses_of(self.revision))

    def program_with(self, state: UserState) -> ScenarioProgram:
        """What a search runs; ``state`` collects what the user's tasks can reach."""
        program = self.program
        program.user_state = state
        return program

    @property
    def called(self) -> str:
        """How a command line names the scenario: by name if it is shipped or inside a trace, else by path."""
        if self.scenario.path == INSIDE:
            return self.scenario.name
        shipped = scenarios().get(self.scenario.name)
        return self.scenario.name if shipped and str(shipped) == self.scenario.path else self.scenario.path

    def detectors(self, *, exact: bool = False, go_on: bool = False) -> Detectors:
        """The detectors of a search, which may ``go_on`` after findings."""
        return Detectors(ORDER, self.excuses, exact=exact, go_on=go_on or self.outcomes)

    def replay_line(self, schedule: Schedule) -> str:
        """The command that shows an execution again."""
        if self.scenario.again:
            more = "" if self.revision == EXPLORED else f", revision={self.revision!r}"
            more += f", bugs={list(self.bugs)!r}" if self.bugs else ""
            more += ", strict=True" if self.strict else ""
            more += ", outcomes=True" if self.outcomes else ""
            return self.scenario.again.format(schedule=shlex.quote(str(schedule)), more=more)
        if self.trace and self.scenario.path == INSIDE:
            files = [each.name for each in self.planted if each.source]
            return shlex.join(["aiovgic", "replay", self.trace, *(word for file in files for word in ("--bug", file))])
        words = ["aiovgic", "replay", self.called, str(schedule)]
        if self.revision != EXPLORED:
            words += ["--revision", self.revision]
        for bug in self.bugs:
            words += ["--bug", bug]
        words += ["--strict"] if self.strict else []
        words += ["--outcomes"] if self.outcomes else []
        return shlex.join(words)

    def head(self, schedule: Schedule, strategy: str = "replay", seed: int = 0) -> Head:
        """The head of a trace of an execution."""
        return Head(
            version=TRACE_VERSION,
            package=version("aiovgic"),
            scenario=writable(self.called),
            digest=self.scenario.digest,
            language="python" if self.scenario.in_python else "yaml",
            text=writable(self.scenario.text),
            revision=self.revision,
            bugs=tuple(
                PlantedHead(name=writable(each.name), digest=each.digest, title=each.title, source=each.source)
                for each in self.planted
            ),
            strategy=strategy,
            seed=seed,
            schedule=str(schedule),
            replay=writable(self.replay_line(schedule)),
            strict=self.strict,
            outcomes=True if self.outcomes else msgspec.UNSET,
            tasks=tuple(plan.name for plan in self.scenario.tasks),
        )


def writable(text: str) -> str:
    """A text that UTF-8 has; file names may hold what it has not."""
    return text.encode(errors="backslashreplace").decode()
