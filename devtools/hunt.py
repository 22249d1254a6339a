"""Search for differences: random scripts, answered by a real kernel in batches, compared with the model.

    python -m devtools.hunt --seconds 3600 --seed 1 --keep found.jsonl

Every batch is one boot of the oracle. Scripts that show a difference are kept with the kernel's answers, so that they
can join the shipped recordings once the model agrees.
"""

from __future__ import annotations

import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import click

from aiovgic.model.host import GICV2
from aiovgic.report.conform import tell
from aiovgic.revisions import layers_of
from aiovgic.scenario.conformance import ScriptProgram
from aiovgic.scenario.recording import load_recording
from devtools import generator
from devtools.oracle.asking import Asking
from devtools.oracle.cache import Cache
from devtools.oracle.cli import CACHE, GIC, main
from devtools.oracle.script_file import load
from devtools.oracle.vm import Host

if TYPE_CHECKING:
    from collections.abc import Sequence

BATCH = 620
"""Scripts of one boot: ten of every theme of a GICv3 host."""


@dataclass
class Hunt:
    """A search for scripts that the model answers otherwise than a kernel."""

    revision: str
    cache: Cache
    themes: Sequence[str]
    gic: int = 3
    scripts: int = 0
    ops: int = 0
    differing: list[str] = field(default_factory=list)

    def batch(self, seed: int, keep: Path | None) -> None:
        """Ask and compare the scripts that one seed draws; append those that differ to ``keep``."""
        with tempfile.TemporaryDirectory() as scratch:
            recorded = Path(scratch, "recorded.jsonl")
            self.ask(seed, Path(scratch, "scripts.jsonl"), recorded)
            lines = recorded.read_text(encoding="utf-8").splitlines(keepends=True)
            recording = load_recording(recorded)
            ends = [script.line - 1 for script in recording.scripts[1:]] + [len(lines)]
            for script, end in zip(recording.scripts, ends, strict=True):
                played = ScriptProgram(layers_of(self.revision), recording.host_gic, script, recorded.name).play()
                self.scripts += 1
                self.ops += played.ops
                if played.differences:
                    self.differing.append(script.name)
                    for line in tell(played.differences[0]):
                        click.echo(line)
                    if keep is not None:
                        with keep.open("a", encoding="utf-8") as kept:
                            kept.writelines(lines[script.line - 1 : end])

    def ask(self, seed: int, scripts: Path, recorded: Path) -> None:
        """Let the kernel answer the scripts that a seed draws. Raises UsageError."""
        generator.write(scripts, seed, BATCH, self.themes)
        file = load(scripts)
        asking = Asking(self.cache, file.scripts, Host(gic=self.gic))
        asking.run()
        recorded.write_text(file.recording(asking.stamp), encoding="utf-8")


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@CACHE
@GIC
@click.option("--revision", default="v6.12", show_default=True, help="The revision that the kernel is.")
@click.option("--seconds", type=click.FloatRange(min=0), default=60.0, show_default=True)
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True)
@click.option("--theme", "themes", multiple=True, help="Only this theme; may be given several times.")
@click.option("--keep", type=click.Path(dir_okay=False, path_type=Path), help="Append scripts that differ to a file.")
def hunt(  # noqa: PLR0913  one argument an option
    cache: Path | None,
    gic: int,
    revision: str,
    seconds: float,
    seed: int,
    themes: tuple[str, ...],
    keep: Path | None,
) -> int:
    """Compare the model with a real kernel on random scripts; 1 if it differs on any."""
    asked = themes or (generator.V2_THEMES if gic == GICV2 else generator.THEMES)
    search = Hunt(revision, Cache.of(cache), asked, gic)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        search.batch(seed, keep)
        click.echo(f"seed {seed}: {search.scripts} scripts, {search.ops} operations, {len(search.differing)} differ")
        seed += 1
    return 1 if search.differing else 0


if __name__ == "__main__":
    sys.exit(main(command=hunt, name="devtools.hunt"))
