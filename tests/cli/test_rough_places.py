"""The command line where it is uncomfortable: pipes, full disks, poor encodings, code that misbehaves, impatience."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

MAIN = "from aiovgic.cli.entry import main; main()"
LAYER = """
from aiovgic.model.its.its import Its
from aiovgic.sync import replaces

@replaces(Its)
class Layer(Its):
    async def ctrl_init(self) -> None:
        {}
"""


def start(folder: Path, *arguments: str, **environment: str) -> subprocess.Popen[str]:
    """A command, in a process of its own."""
    known = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **environment}
    pipe = subprocess.PIPE
    return subprocess.Popen(
        [sys.executable, "-c", MAIN, *arguments], cwd=folder, env=known, stdout=pipe, stderr=pipe, text=True
    )


def ask(folder: Path, *arguments: str, **environment: str) -> tuple[int, str, str]:
    """Its exit code, and what it said."""
    with start(folder, *arguments, **environment) as running:
        out, err = running.communicate(timeout=60)
    return running.returncode, out, err


def test_what_an_encoding_has_not_is_escaped(tmp_path: Path) -> None:
    (tmp_path / "\u00fc.yaml").write_text("schema: 1\ntitle: x\ntasks: {a: {thread: t, steps: []}}\n", "utf-8")
    code, out, err = ask(tmp_path, "explore", "\u00fc.yaml", PYTHONIOENCODING="ascii")
    assert (code, err) == (0, "")
    assert out.startswith("\\xfc.yaml  ok  1 execution, complete")


def test_a_pipe_that_nobody_writes_into_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "x.jsonl")
    code, out, err = ask(tmp_path, "timeline", "x.jsonl")
    assert (code, out) == (2, "")
    assert err == (
        "aiovgic: x.jsonl: cannot be read: nothing was written into this pipe for 5 s; "
        "'aiovgic replay SCENARIO SCHEDULE --trace FILE' writes one\n"
    )


def test_what_a_user_s_code_prints_does_not_spoil_the_json(tmp_path: Path) -> None:
    (tmp_path / "b.py").write_text("print('at import')\n" + LAYER.format("print('in a layer')"), encoding="utf-8")
    code, out, err = ask(tmp_path, "explore", "doorbell-page", "--bug", "b.py", "--json")
    assert json.loads(out)["executions"] == 1
    assert code == 0
    assert err.startswith("at import\nin a layer\n")


@pytest.mark.parametrize("error", ["SystemExit", "GeneratorExit"])
def test_a_user_s_code_does_not_end_the_process(tmp_path: Path, error: str) -> None:
    (tmp_path / "b.py").write_text(LAYER.format(f"raise {error}(5)"), encoding="utf-8")
    assert ask(tmp_path, "explore", "addr-vs-init", "--bug", "b.py") == (2, "", f"aiovgic: b.py:8: raises {error}\n")
    code, out, _ = ask(tmp_path, "run", "addr-vs-init", "--live", "--bug", "b.py")
    assert code == 1
    assert out.startswith(f"addr-vs-init  FAILED  test-error: {error}: 5\n")


def test_standard_output_may_be_closed_by_a_user_s_code(tmp_path: Path) -> None:
    (tmp_path / "b.py").write_text("import sys\nsys.__stdout__.close()\n" + LAYER.format("pass"), encoding="utf-8")
    code, out, err = ask(tmp_path, "explore", "doorbell-page", "--bug", "b.py")
    assert (code, out, err) == (2, "", "aiovgic: standard output: I/O operation on closed file.\n")


def test_a_full_disk_is_nobody_s_mistake_here(tmp_path: Path) -> None:
    script = f"{sys.executable} -c '{MAIN}' --help > /dev/full"
    known = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    ran = subprocess.run(
        ["/bin/sh", "-c", script], cwd=tmp_path, env=known, capture_output=True, text=True, check=False
    )
    assert (ran.returncode, ran.stderr) == (2, "aiovgic: No space left on device\n")


def test_a_loop_without_end_says_where_it_is_and_can_be_interrupted(tmp_path: Path) -> None:
    (tmp_path / "b.py").write_text("import time\nwhile True:\n    time.sleep(0.01)\n", encoding="utf-8")
    with start(tmp_path, "explore", "addr-vs-init", "--bug", "b.py") as running:
        assert running.stderr is not None
        assert running.stderr.readline().endswith(" s, in b.py:3 <module>\n")
        running.send_signal(signal.SIGINT)
        _, err = running.communicate(timeout=60)
    assert running.returncode == 130
    assert err.strip() == "aiovgic: interrupted: no execution ended, no result"


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_ctrl_c_ends_a_check_of_the_catalogue(tmp_path: Path, jobs: str) -> None:
    with start(tmp_path, "bugs", "--verify", "--jobs", jobs, "--json") as running:
        assert running.stderr is not None
        assert " s, in " in running.stderr.readline()
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=60)
    assert running.returncode == 130
    assert json.loads(out)["interrupted"] is True
    assert "Traceback" not in err
