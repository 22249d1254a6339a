"""Progress: a thread writes it, and the caller's alarm stays as it was."""

from __future__ import annotations

import signal
import threading
import time
from typing import TYPE_CHECKING

from aiovgic.cli import progress as module
from aiovgic.cli.main import run
from aiovgic.cli.progress import progress

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

pytest_plugins = "pytester"

FAR = 50.0


def test_the_callers_alarm_stays_armed_while_a_verb_works_and_after() -> None:
    handler = signal.getsignal(signal.SIGALRM)
    before = signal.setitimer(signal.ITIMER_REAL, FAR)
    try:
        with progress("things"):
            inside, handles = signal.getitimer(signal.ITIMER_REAL)[0], signal.getsignal(signal.SIGALRM)
        after = signal.getitimer(signal.ITIMER_REAL)[0]
    finally:
        signal.setitimer(signal.ITIMER_REAL, *before)
    assert 0 < after <= inside <= FAR
    assert handles is handler
    assert signal.getsignal(signal.SIGALRM) is handler


def test_pytest_timeout_still_ends_a_test_that_ran_a_verb(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("""
        import time
        from aiovgic.cli.main import run

        def test_it():
            assert run(["run", "addr-vs-init"]) == 0
            time.sleep(60)
    """)
    done = pytester.runpytest_subprocess("--timeout=3", "-p", "no:xdist", "-p", "no:cacheprovider")
    done.stdout.fnmatch_lines(["*Timeout*3*"])


def test_a_line_names_the_place_of_the_thread_that_works(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(module, "BEAT_S", 0.01)
    until = time.monotonic() + 10
    said = ""
    with progress("things") as tell:
        tell(3, 7)
        while " s, in test_progress.py:" not in said and time.monotonic() < until:
            said += capsys.readouterr().err
    assert said.startswith("aiovgic: 3 of 7 things, ")
    assert " s, in test_progress.py:" in said


def test_no_thread_is_left_when_a_verb_has_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    before = threading.active_count()
    assert run(["run", "addr-vs-init"]) == 0
    assert threading.active_count() == before
