"""What a verb works on: a scenario under a revision and what-if layers, and the program they make."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING

from aiovgic.engine.detect import Detectors
from aiovgic.lab.whatif import plant
from aiovgic.model.locks import ORDER
from aiovgic.record.trace import TRACE_VERSION, Head
from aiovgic.revisions import layers_of
from aiovgic.scenario.loader import load
from aiovgic.scenario.program import ScenarioProgram
from aiovgic.scenario.scenario import Scenario
from aiovgic.scenario.shipped import scenarios

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from aiovgic.lab.whatif import Planted
    from aiovgic.record.schedule import Schedule
    from aiovgic.sync import Layer

EXPLORED = "fixed"
"""The revision that is explored unless another one is asked for."""


@dataclass(frozen=True)
class Subject:
    """A scenario under a revision, with what is planted over it."""

    scenario: Scenario
    revision: str = EXPLORED
    planted: tuple[Planted, ...] = ()

    @classmethod
    def of(cls, scenario: Scenario | str | Path, revision: str, bugs: Iterable[str | Path] = ()) -> Subject:
        """The subject of a call; ``bugs`` are ids or files. Raises ScenarioError, UsageError."""
        loaded = scenario if isinstance(scenario, Scenario) else load(scenario)
        layers_of(revision)
        return cls(loaded, revision, tuple(plant(str(bug)) for bug in bugs))

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
    def program(self) -> ScenarioProgram:
        """What an engine runs."""
        return ScenarioProgram(self.scenario, self.layers)

    @property
    def called(self) -> str:
        """How a command line names the scenario: by name if it is shipped, else by path."""
        shipped = scenarios().get(self.scenario.name)
        return self.scenario.name if shipped and str(shipped) == self.scenario.path else self.scenario.path

    def detectors(self, *, exact: bool = False) -> Detectors:
        """What looks at every execution."""
        return Detectors(ORDER, exact=exact)

    def replay_line(self, schedule: Schedule) -> str:
        """The command that shows an execution again."""
        if self.scenario.again:
            more = "" if self.revision == EXPLORED else f", revision={self.revision!r}"
            more += f", bugs={list(self.bugs)!r}" if self.bugs else ""
            return self.scenario.again.format(schedule=shlex.quote(str(schedule)), more=more)
        words = ["aiovgic", "replay", self.called, str(schedule)]
        if self.revision != EXPLORED:
            words += ["--revision", self.revision]
        for bug in self.bugs:
            words += ["--bug", bug]
        return shlex.join(words)

    def head(self, schedule: Schedule, strategy: str = "replay", seed: int = 0) -> Head:
        """The head of a trace of an execution."""
        return Head(
            version=TRACE_VERSION,
            package=version("aiovgic"),
            scenario=self.called.encode(errors="backslashreplace").decode(),
            digest=self.scenario.digest,
            revision=self.revision,
            bugs=tuple((each.name.encode(errors="backslashreplace").decode(), each.digest) for each in self.planted),
            strategy=strategy,
            seed=seed,
            schedule=str(schedule),
            tasks=tuple(plan.name for plan in self.scenario.tasks),
        )
