"""Hunting for differences: random scripts, answered by a real kernel in batches, compared with the model.

    python -m aiovgic.testing.hunt --seconds 3600 --seed 1 --keep found.jsonl

Every batch is one boot of the oracle. Scripts that show a difference are kept, with the
kernel's answers, so that they can join the shipped recordings once the model agrees.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from aiovgic.errors import AiovgicError
from aiovgic.model.host import GICV2
from aiovgic.report.conform import tell
from aiovgic.revisions import layers_of
from aiovgic.scenario.conformance import ScriptProgram
from aiovgic.scenario.recording import load_recording
from aiovgic.testing import generator
from aiovgic.testing.oracle import ask, oracle_folder

if TYPE_CHECKING:
    from collections.abc import Sequence

BATCH = 620
"""Scripts of one boot: ten of every theme of a GICv3 host."""


@dataclass
class Hunt:
    """A search for scripts that the model answers otherwise than a kernel."""

    revision: str
    folder: Path
    cache: str | None = None
    themes: Sequence[str] | None = None
    gic: int = 3
    scripts: int = 0
    ops: int = 0
    differing: list[str] = field(default_factory=list)

    def batch(self, seed: int, keep: Path | None) -> None:
        """One boot's worth of scripts from a seed."""
        with tempfile.TemporaryDirectory() as scratch:
            scripts, recorded = Path(scratch, "scripts.jsonl"), Path(scratch, "recorded.jsonl")
            generator.write(scripts, seed, BATCH, self.themes)
            ask(scripts, recorded, self.folder, self.cache, gic=self.gic)
            lines = recorded.read_text(encoding="utf-8").splitlines(keepends=True)
            recording = load_recording(recorded)
            ends = [script.line - 1 for script in recording.scripts[1:]] + [len(lines)]
            for script, end in zip(recording.scripts, ends, strict=True):
                played = ScriptProgram(layers_of(self.revision), recording.host_gic, script, scripts.name).play()
                self.scripts += 1
                self.ops += played.ops
                if played.differences:
                    self.differing.append(script.name)
                    print(*tell(played.differences[0]), sep="\n")  # noqa: T201  this is a command
                    if keep is not None:
                        with keep.open("a", encoding="utf-8") as kept:
                            kept.writelines(lines[script.line - 1 : end])


def main(arguments: Sequence[str] | None = None) -> int:
    """The command: 0 all agreed, 1 something differed, 2 asked wrongly."""
    parser = argparse.ArgumentParser(prog="python -m aiovgic.testing.hunt", description=__doc__)
    parser.add_argument("--oracle", type=Path, help="the oracle's folder (AIOVGIC_ORACLE)")
    parser.add_argument("--cache", help="where its kernel was set up (ORACLE_CACHE)")
    parser.add_argument("--gic", type=int, choices=(3, 2), default=3, help="the version of the host's GIC")
    parser.add_argument("--revision", default="v6.12", help="which revision the kernel is")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--theme", action="append", help="only this theme; may be given several times")
    parser.add_argument("--keep", type=Path, help="append scripts that differ to this file")
    asked = parser.parse_args(arguments)
    try:
        themes = asked.theme or (generator.V2_THEMES if asked.gic == GICV2 else generator.THEMES)
        hunt = Hunt(asked.revision, oracle_folder(asked.oracle), asked.cache, themes, asked.gic)
        end = time.monotonic() + asked.seconds
        seed = asked.seed
        while time.monotonic() < end:
            hunt.batch(seed, asked.keep)
            print(f"seed {seed}: {hunt.scripts} scripts, {hunt.ops} operations, {len(hunt.differing)} differ")  # noqa: T201
            seed += 1
    except AiovgicError as error:
        print(f"hunt: {error}", file=sys.stderr)  # noqa: T201
        return 2
    return 1 if hunt.differing else 0


if __name__ == "__main__":
    sys.exit(main())
