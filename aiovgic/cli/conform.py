"""aiovgic conform: recordings of real kernels against the model."""

from __future__ import annotations

import os
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import click

from aiovgic.cli.options import MAX_JOBS, json_option, revision_option
from aiovgic.cli.output import complain, say, say_json
from aiovgic.cli.progress import progress
from aiovgic.cli.signals import interrupted
from aiovgic.lab import conform as lab
from aiovgic.report.conform import SHOWN

if TYPE_CHECKING:
    from aiovgic.record.difference import Difference


@click.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path), metavar="[FILE...]")
@revision_option(lab.DEFAULT_REVISION)
@click.option("--live", is_flag=True, help="Play on the live engine (anyio, uvloop), not on the trampoline.")
@click.option(
    "--jobs",
    type=click.IntRange(1, MAX_JOBS),
    metavar="N",
    default=lambda: os.cpu_count() or 1,
    show_default="the number of CPUs",
    help="Processes that share the work.",
)
@json_option
def conform(files: tuple[Path, ...], revision: str, live: bool, jobs: int, as_json: bool) -> int:
    """Play recordings of a real kernel and compare every result.

    FILE is a recording, JSON lines, gzipped or not; without any, the shipped ones are played.
    The first differences are named on standard error when they are found. Exit code 1: the model answers
    something otherwise. Ctrl-C or SIGTERM keeps what was compared so far.
    """
    told = count()

    def heard(difference: Difference) -> None:
        if next(told) < SHOWN:
            where = f"{difference.script}, operation {difference.index} ({difference.file}:{difference.line})"
            complain(f"differs: {where}")

    with progress("scripts played", "no recording was played") as show:
        result = lab.conform(files, revision=revision, live=live, jobs=jobs, progress=show, heard=heard)
    if as_json:
        say_json(result.to_json())
    else:
        say(str(result))
    if result.good and result.interrupted:
        return interrupted()
    return 0 if result.good else 1
