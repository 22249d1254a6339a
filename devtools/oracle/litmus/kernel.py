"""Races on a real kernel: one boot, and a histogram for each scenario."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from aiovgic.errors import UsageError
from devtools.oracle.answers import result_of
from devtools.oracle.asking import last_line
from devtools.oracle.litmus.lines import Lines, pauses
from devtools.oracle.litmus.outcomes import Observed, Seen
from devtools.oracle.litmus.race import canonical
from devtools.oracle.programs import CROSS_CC, PROBE, compiled
from devtools.oracle.vm import Host, boot

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from devtools.oracle.cache import Cache
    from devtools.oracle.litmus.race import Race

LITMUS_PROBE = Path(__file__).parent / "probe"
HUNG = "HUNG;"
COUNTS = ("rounds", "overlapped")


@dataclass(frozen=True, slots=True)
class Effort:
    """How long each scenario is played, from which seed, and how long a boot may take."""

    rounds: int = 1000
    seconds: float = 30.0
    seed: int = 1
    limit: float = 600.0


@dataclass
class Histograms:
    """Takes the lines of the probe."""

    races: Sequence[Race]
    kernel: str = ""
    observed: dict[str, Observed] = field(default_factory=dict)
    at: int = -1
    """The race whose lines are coming."""

    @property
    def current(self) -> Observed:
        """What was observed of that race so far."""
        return self.observed[self.races[self.at].name]

    def take(self, lines: Iterable[str]) -> None:
        """All lines of one boot. Raises ValueError for a result that is none."""
        for line in lines:
            word, _, rest = line.partition(" ")
            match word:
                case "BOOT":
                    self.kernel = rest.split()[1]
                case "B":
                    self.at = int(rest)
                    race = self.races[self.at]
                    self.observed[race.name] = Observed(list(race.names), self.kernel)
                case "H":
                    self.count(rest)
                case "T":
                    words = rest.split()
                    self.note(dict(zip(words[::2], words[1::2], strict=True)))
                case "X":
                    self.current.failed = rest
                case "E" if rest != "0" and self.at >= 0:
                    self.current.failed = f"the probe ended with status {rest}"

    def count(self, bar: str) -> None:
        """One outcome: how often it came, its first round, its results."""
        count, first, results = bar.split(" ", 2)
        race = self.races[self.at]
        ops = [step.op.name for step in race.steps]
        words = results.removesuffix(HUNG).split(";")[:-1]
        if pauses(race):
            del words[len(ops) - len(race.final)]
        outcome = [canonical(result_of(name, word)) for name, word in zip(ops, words, strict=True)]
        if results.endswith(HUNG):
            outcome.append("HUNG")
        self.current.outcomes.setdefault(" ".join(outcome), Seen(0, int(first))).count += int(count)

    def note(self, times: dict[str, str]) -> None:
        """How many rounds there were, and how long they took."""
        self.current.rounds, self.current.overlapped = (int(times.pop(name)) for name in COUNTS)
        self.current.times = {name: float(value) for name, value in times.items()}


def litmus_probe(cache: Cache) -> Path:
    """The program that plays races in the VM, compiled if its sources are newer. Raises UsageError."""
    return compiled(cache.built / "litmusprobe", [PROBE, LITMUS_PROBE], CROSS_CC)


def observe(cache: Cache, races: Sequence[Race], effort: Effort, host: Host) -> dict[str, Observed]:
    """Play races on a kernel; what was observed, by the name of the scenario.

    Raises UsageError if the kernel does not come up, ScenarioError for a step that the probe cannot perform.
    """
    texts = [Lines(race).text(n, effort.rounds, effort.seconds, effort.seed) for n, race in enumerate(races)]
    booted = boot(cache, host, litmus_probe(cache), {"scripts": "".join(texts).encode()}, effort.limit)
    histograms = Histograms(races)
    histograms.take(booted.lines)
    if not histograms.kernel:
        raise UsageError(f"the kernel in {cache.folder} does not come up: {last_line(booted.console)}")
    if "DONE" not in booted.lines and histograms.at >= 0:
        said = f"the VM was stopped after {booted.seconds:.0f} s" if booted.stopped else last_line(booted.console)
        histograms.current.failed = said
    return histograms.observed
