"""Run a program of this machine: a compiler, QEMU, ``setup.sh``."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from aiovgic.errors import UsageError
from devtools.oracle.cache import SETUP

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PROBE = Path(__file__).parent / "probe"
MAIN = "main.c"
CROSS_CC = ("aarch64-linux-gnu-gcc", "-O2", "-Wall", "-Wextra", "-static", "-pthread")


def run(command: Sequence[str], *, environment: Mapping[str, str] | None = None) -> str:
    """What a program prints. Raises UsageError with its last line if it fails, or if there is no such program."""
    try:
        done = subprocess.run(  # noqa: S603  the commands are written here
            command, check=False, capture_output=True, text=True, errors="replace", env=environment
        )
    except FileNotFoundError:
        raise missing(command[0]) from None
    if done.returncode:
        said = (done.stderr.strip() or done.stdout.strip()).splitlines()[-1:]
        raise UsageError(f"{Path(command[0]).name} ended with status {done.returncode}: {' '.join(said)}")
    return done.stdout


def missing(program: str) -> UsageError:
    """The error for a program that this machine does not have."""
    return UsageError(f"{program} is not installed: run '{SETUP}' as root")


def compiled(target: Path, folders: Sequence[Path], compiler: Sequence[str], *, more: Sequence[str] = ()) -> Path:
    """A program from the C and assembly files in these folders; it is compiled if one of them is newer.

    Of the files named ``main.c`` only that of the last folder is taken. Raises UsageError if the compiler fails.
    """
    files = [file for folder in folders for file in sorted(folder.glob("*.[cShc]"))]
    sources = [str(file) for file in files if file.suffix != ".h" and (file.name != MAIN or file.parent == folders[-1])]
    if target.exists() and target.stat().st_mtime >= max(file.stat().st_mtime for file in files):
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    made = target.with_suffix(".new")
    run([*compiler, *(f"-I{folder}" for folder in folders), "-o", str(made), *sources, *more])
    made.replace(target)
    return target
