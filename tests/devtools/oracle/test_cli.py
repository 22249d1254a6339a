"""The commands: what they print, and the errors of a line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devtools.oracle.cli import main
from devtools.oracle.litmus.cli import cli as litmus

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

RECORDED = '{"script": "a"}\n{"op": "run", "vcpu": 0, "result": {"ret": 0, "errno": null}}\n'
SCENARIO = """\
schema: 1
title: a task in a guest
machine: {vcpus: 1}
tasks:
  guest: {vcpu: 0, steps: [{mmio_read: {addr: 0x08000000, size: 4}}]}
"""


def said(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().err


def test_without_a_kernel_the_error_says_what_to_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ORACLE_CACHE", "/nowhere")
    scripts = tmp_path / "scripts.jsonl"
    scripts.write_text(RECORDED)
    assert main(["ask", str(scripts)]) == 2
    assert said(capsys) == (
        "devtools.oracle: no kernel is set up in /nowhere: run 'python -m devtools.oracle setup', or set ORACLE_CACHE\n"
    )


def test_a_file_that_is_not_there_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", "/nowhere.jsonl"]) == 2
    assert said(capsys) == ("devtools.oracle: Invalid value for 'SCRIPTS...': File '/nowhere.jsonl' does not exist.\n")


def test_comparing_gives_1_where_recordings_differ(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    one.write_text(RECORDED)
    other.write_text(RECORDED.replace('"ret": 0', '"ret": 3'))
    assert main(["compare", str(one), str(one)]) == 0
    assert main(["compare", str(one), str(other)]) == 1
    assert capsys.readouterr().out.splitlines()[-1] == "    run: 1"


def test_litmus_plays_threads_only(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "guest.yaml"
    path.write_text(SCENARIO)
    assert main(["model", str(path)], litmus, "devtools.oracle.litmus") == 2
    assert said(capsys) == (f"devtools.oracle.litmus: {path}: task guest: litmus plays only threads of userspace\n")
