"""Asking the oracle: a real kernel that answers scripts (its own README says how it is set up).

The folder of the oracle comes from the caller or from AIOVGIC_ORACLE; which of several kernels
answers, from ORACLE_CACHE, as its ``setup.sh`` was told.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from aiovgic.errors import UsageError

FOLDER = "AIOVGIC_ORACLE"
KERNEL = "ORACLE_CACHE"


def oracle_folder(folder: str | Path | None = None) -> Path:
    """The oracle's folder. Raises UsageError where there is none."""
    named = folder or os.environ.get(FOLDER)
    if not named:
        raise UsageError(f"the oracle's folder is not known; set {FOLDER}")
    path = Path(named)
    if not (path / "ask").is_file():
        raise UsageError(f"{path}: has no 'ask' in it, so it is no oracle")
    return path


def ask(scripts: Path, recorded: Path, folder: Path, cache: str | Path | None = None, *, gic: int = 3) -> None:
    """Let the kernel answer a file of scripts; ``cache`` is where that kernel was set up. Raises UsageError.

    ``gic`` is the version of the host's GIC: 3 or 2.
    """
    environment = dict(os.environ)
    if cache is not None:
        environment[KERNEL] = str(cache)
    with recorded.open("wb") as answers:
        asked = subprocess.run(  # noqa: S603  the oracle is the caller's own
            [str(folder / "ask"), "--gic", str(gic), str(scripts)],
            stdout=answers,
            stderr=subprocess.PIPE,
            env=environment,
            check=False,
        )
    if asked.returncode:
        last = asked.stderr.decode(errors="replace").strip().splitlines()[-1:]
        raise UsageError(f"the oracle gave up: {' '.join(last)}")
