"""The command: a storm of a given size over one revision."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from aiovgic.errors import UsageError
from devtools.storm import Broken, Report, storm
from devtools.storm.loop import left_out

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """0: every machine bore it. 1: one broke, and is kept. 2: asked wrongly."""
    parser = argparse.ArgumentParser(prog="python -m devtools.storm", description=__doc__)
    parser.add_argument("--accesses", type=int, default=50_000, help="accesses of a guest and of userspace")
    parser.add_argument("--commands", type=int, default=10_000, help="ITS commands")
    parser.add_argument("--revision", default="fixed")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=Path, default=Path("broken.jsonl"), help="where to keep a machine that broke")
    asked = parser.parse_args(arguments)
    began = time.perf_counter()
    try:
        report = storm(asked.revision, asked.seed, accesses=asked.accesses, commands=asked.commands, progress=tell)
    except UsageError as error:
        sys.stderr.write(f"storm: {error}\n")
        return 2
    except Broken as broken:
        broken.keep(asked.keep, f"storm/{asked.seed}")
        sys.stdout.write(f"{asked.revision}: {broken}\nkept in {asked.keep}\n")
        return 1
    seconds = time.perf_counter() - began
    sys.stdout.write(
        f"{asked.revision}: ok, {report.machines} machines, {report.accesses} accesses, {report.commands} commands, "
        f"{report.operations} operations, {report.dead} machines died, {seconds:.0f} s; "
        f"known faults left out: {', '.join(left_out(asked.revision)) or 'none'}\n"
    )
    return 0


def tell(report: Report) -> None:
    """Write how far the storm is, if the output is a terminal."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{report.accesses} accesses, {report.commands} commands")


if __name__ == "__main__":
    sys.exit(main())
