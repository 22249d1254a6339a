"""Installed from its wheel, on every Python there is from 3.11 to 3.13, the package finds and writes the same."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
VERSIONS = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
OTHERS = sorted(path for pattern in ("3.11.*", "3.12.*", "3.13.*") for path in VERSIONS.glob(f"{pattern}/bin/python"))

SEARCH = """
from aiovgic.engine.outcome import fault_of
from aiovgic.lab.explore import explore
from aiovgic.lab.replay import replay
from aiovgic.scenario.shipped import recordings, scenarios
print(len(recordings("v6.12")), len(recordings("v6.1")), list(scenarios()))
for name in ("addr-vs-init", "init-vs-init", "msi-vs-init"):
    found = explore(name, revision="its-v7", strategy="random", seed=3)
    again = replay(name, found.finding.schedule, revision="its-v7")
    print(name, found.finding.at_execution, found.finding.schedule, found.trace.digest, again.trace.digest)
for code in ("n[0]", "n()", "n + 1", "-n", "n < 1", "1 in n", "len(n)", "[x for x in n]", "[*n]", "a, b = n"):
    try:
        exec(code, {"n": None})
    except TypeError as error:
        print(code, fault_of(error).rule)
"""


def search(python: str | Path, folder: Path) -> str:
    """What a search prints, with its digests, and which files the package has; away from the checkout."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    ran = subprocess.run(
        [str(python), "-c", SEARCH], cwd=folder, env=environment, capture_output=True, text=True, check=True
    )
    return ran.stdout


@pytest.mark.timeout(300)
@pytest.mark.parametrize("python", OTHERS, ids=lambda path: path.parts[-3])
def test_another_python_finds_the_same_and_writes_the_same_trace(python: Path, tmp_path: Path) -> None:
    subprocess.run([str(python), "-m", "venv", str(tmp_path / "venv")], check=True, timeout=120)
    its_own = tmp_path / "venv" / "bin" / "python"
    install = [str(its_own), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", str(ROOT)]
    subprocess.run(install, check=True, timeout=240)
    assert search(its_own, tmp_path) == search(sys.executable, tmp_path)
