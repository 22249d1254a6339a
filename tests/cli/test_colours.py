"""Colour on a terminal: of the verdict and of lines to paste, wherever the report has them; a pipe gets plain text."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

MAIN = "from aiovgic.cli.entry import main; main()"
FOUND = ["explore", "addr-vs-init", "--revision", "its-v7"]
SCENARIO = "schema: 1\ntitle: x\ntasks: {a: {thread: t, steps: []}}\n"
SGR = re.compile(r"\x1b\[[0-9;]*m")


def command(arguments: list[str]) -> tuple[list[str], dict[str, str]]:
    """A command line, and an environment in which a terminal has colours."""
    known = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "FORCE_COLOR")}
    known |= {"PYTHONPATH": os.pathsep.join(sys.path), "TERM": "xterm", "COLUMNS": "120"}
    return [sys.executable, "-c", MAIN, *arguments], known


def on_terminal(folder: Path, *arguments: str) -> str:
    """What a command writes to a terminal on its standard output."""
    words, known = command([*arguments])
    ours, theirs = pty.openpty()
    with subprocess.Popen(words, cwd=folder, env=known, stdout=theirs, stderr=subprocess.DEVNULL):
        os.close(theirs)
        read = bytearray()
        while chunk := chunk_of(ours):
            read += chunk
    os.close(ours)
    return read.decode().replace("\r\n", "\n")


def chunk_of(terminal: int) -> bytes:
    """The next bytes from a terminal; none once its other side is closed."""
    try:
        return os.read(terminal, 1 << 16)
    except OSError:  # Linux's answer where others give no bytes
        return b""


def on_pipe(folder: Path, *arguments: str) -> str:
    """What a command writes to a pipe."""
    words, known = command([*arguments])
    return subprocess.run(words, cwd=folder, env=known, capture_output=True, text=True, check=False).stdout


def timeless(text: str) -> str:
    """A report without its seconds."""
    return re.sub(r"\d+\.\d s", "T s", text)


def test_a_terminal_gets_the_verdict_and_the_lines_to_paste_in_colour(tmp_path: Path) -> None:
    said = on_terminal(tmp_path, *FOUND)
    assert said.startswith("addr-vs-init  \x1b[1;31mFAILED\x1b[0m  expectation: ")
    assert "\n\x1b[36m  replay  aiovgic replay addr-vs-init '2>init' --revision its-v7\x1b[0m\n" in said
    assert "\n\x1b[36m  timeline  aiovgic timeline .aiovgic/" in said


def test_a_search_that_found_nothing_is_green(tmp_path: Path) -> None:
    said = on_terminal(tmp_path, "explore", "addr-vs-init")
    assert said.startswith("addr-vs-init  \x1b[32mok\x1b[0m  1 execution, \x1b[32mcomplete\x1b[0m  (revision fixed")


def test_a_search_that_is_not_complete_is_yellow(tmp_path: Path) -> None:
    said = on_terminal(tmp_path, "explore", "init-vs-init", "--strategy", "random", "--budget", "1")
    assert "  budget spent, \x1b[33mnot complete\x1b[0m  1 execution  (" in said


@pytest.mark.parametrize("arguments", [FOUND, ["explore", "addr-vs-init"], ["run", "addr-vs-init"]])
def test_a_pipe_gets_the_same_text_without_colour(tmp_path: Path, arguments: list[str]) -> None:
    terminal, pipe = on_terminal(tmp_path, *arguments), on_pipe(tmp_path, *arguments)
    assert "\x1b" not in pipe
    assert timeless(SGR.sub("", terminal)) == timeless(pipe)


def test_a_word_of_the_user_s_is_no_verdict(tmp_path: Path) -> None:
    (tmp_path / "FAILED.yaml").write_text(SCENARIO, encoding="utf-8")
    assert on_terminal(tmp_path, "explore", "FAILED.yaml").startswith("FAILED.yaml  \x1b[32mok\x1b[0m  ")


def test_the_verdict_of_a_timeline_is_in_colour_at_both_ends(tmp_path: Path) -> None:
    on_pipe(tmp_path, *FOUND, "--trace", "t.jsonl")
    said = on_terminal(tmp_path, "timeline", "t.jsonl")
    assert said.startswith("addr-vs-init  \x1b[1;31mFAILED\x1b[0m  expectation: ")
    assert said.count("\n\x1b[1;31mFAILED\x1b[0m  expectation: ") == 1
