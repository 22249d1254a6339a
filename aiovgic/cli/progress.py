"""While a verb works: standard error says how far it is, and standard output stays clean.

On a terminal a bar, for what takes over a second. Elsewhere, and wherever no bar has come up, a line now and
then, which says where in the code it is: what was planted may well be a loop without end.
"""

from __future__ import annotations

import signal
import sys
import threading
import time
import traceback
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from aiovgic.cli.output import complain
from aiovgic.errors import ScenarioError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

PATIENCE_S = 1.0
"""How long a verb may be silent on a terminal."""

BEAT_S = 10.0
"""How long it may be silent elsewhere."""

EVERY_S = 0.1
"""How often a bar is brought up to date."""


class Tell(Protocol):
    """Says how much is done, of how much if that is known, and what else there is to say."""

    def __call__(self, done: int, total: int | None, detail: str = "", /) -> None:
        """So far."""


class Rate(ProgressColumn):
    """How many a second."""

    def render(self, task: Task) -> Text:
        return Text("" if task.speed is None else f"{task.speed:.0f}/s", style="progress.data.speed")


class Show:
    """How far a verb is, for whoever watches."""

    def __init__(self, what: str, bar: Progress | None) -> None:
        self.what = what
        self.bar = bar
        self.task = None if bar is None else bar.add_task(what, total=None, detail="")
        self.began = self.told = time.monotonic()
        self.so_far = ""

    def tell(self, done: int, total: int | None, detail: str = "") -> None:
        """So far."""
        now = time.monotonic()
        self.so_far = f"{done} of {total} {self.what}" if total else f"{done} {self.what}"
        if self.bar is None or self.task is None or now - self.told < EVERY_S:
            return
        self.told = now
        if not self.bar.live.is_started and now - self.began > PATIENCE_S:
            self.bar.start()
        self.bar.update(self.task, completed=done, total=total, detail=detail)

    def beat(self, _signal: int, frame: FrameType | None) -> None:
        """A line, unless there is a bar."""
        if self.bar is None or not self.bar.live.is_started:
            so_far = f"{self.so_far}, " if self.so_far else ""
            complain(f"{so_far}{time.monotonic() - self.began:.0f} s, in {place_of(frame)}")

    def end(self) -> None:
        """Take the bar away."""
        if self.bar is not None and self.bar.live.is_started:
            self.bar.stop()


def place_of(frame: FrameType | None) -> str:
    """Where a frame is, as reports say it."""
    if frame is None:
        return "nothing"
    return f"{Path(frame.f_code.co_filename).name}:{frame.f_lineno} {frame.f_code.co_name}"


def make_bar() -> Progress | None:
    """A bar for a terminal."""
    if sys.stderr is None or not sys.stderr.isatty():
        return None
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=20),
        MofNCompleteColumn(),
        Rate(),
        TextColumn("{task.fields[detail]}"),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )


@contextmanager
def progress(what: str) -> Iterator[Tell]:
    """Show how far something is; what it prints itself goes to standard error.

    Raises ScenarioError, with the place, where a user's code tries to end the process.
    """
    show = Show(what, make_bar())
    beating = hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()
    before = signal.signal(signal.SIGALRM, show.beat) if beating else None
    try:
        if beating:
            signal.setitimer(signal.ITIMER_REAL, BEAT_S, BEAT_S)
        with redirect_stdout(sys.stderr):
            yield show.tell
    except (SystemExit, GeneratorExit) as error:
        where = traceback.extract_tb(error.__traceback__)[-1]
        raise ScenarioError(f"{where.filename}:{where.lineno}", f"raises {type(error).__name__}") from None
    finally:
        if beating:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)
        show.end()
