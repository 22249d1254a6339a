"""While a verb works: standard error says how far it is, and standard output stays clean.

On a terminal a bar shows progress after one second. Elsewhere, and where no bar is shown, a thread writes a line
every ten seconds. The line names the place in the code, because a planted layer may loop without end. A thread
does this, not a signal: SIGALRM belongs to the caller (pytest-timeout uses it).
"""

from __future__ import annotations

import sys
import threading
import time
import traceback
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING

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
from aiovgic.cli.signals import result_is_there
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


class Rate(ProgressColumn):
    """How many a second."""

    def render(self, task: Task) -> Text:
        return Text("" if task.speed is None else f"{task.speed:.0f}/s", style="progress.data.speed")


class Show:
    """How far a verb is."""

    def __init__(self, what: str, bar: Progress | None) -> None:
        self.what = what
        self.bar = bar
        self.task = None if bar is None else bar.add_task(what, total=None, detail="")
        self.began = self.told = time.monotonic()
        self.so_far = ""
        self.stdout = sys.stdout

    def __call__(self, done: int, total: int | None, detail: str = "", /) -> None:
        """So much is done."""
        now = time.monotonic()
        self.so_far = f"{done} of {total} {self.what}" if total else f"{done} {self.what}"
        if self.bar is None or self.task is None or now - self.told < EVERY_S:
            return
        self.told = now
        if not self.bar.live.is_started and now - self.began > PATIENCE_S:
            self.bar.start()
        self.bar.update(self.task, completed=done, total=total, detail=detail)

    def beat(self, thread: int) -> None:
        """Write a line that says where the thread with this number is, unless a bar is shown."""
        if self.bar is None or not self.bar.live.is_started:
            so_far = f"{self.so_far}, " if self.so_far else ""
            frame = sys._current_frames().get(thread)  # noqa: SLF001  the only way to another thread's frame
            complain(f"{so_far}{time.monotonic() - self.began:.0f} s, in {place_of(frame)}")

    @contextmanager
    def aside(self) -> Iterator[None]:
        """While results are printed: standard output is itself again, and no bar is in the way."""
        self.end()
        with redirect_stdout(self.stdout):
            yield

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
def progress(what: str, none: str = "no execution ended") -> Iterator[Show]:
    """Show how far a verb is; what the verb prints itself goes to standard error.

    ``none``: what is said if Ctrl-C comes before the first of them. Raises ScenarioError, with the place, where a
    user's code tries to end the process. Raises KeyboardInterrupt with a text that says how far the verb was.
    """
    show = Show(what, make_bar())
    try:
        with redirect_stdout(sys.stderr), beating(show):
            yield show
            result_is_there()
    except (SystemExit, GeneratorExit) as error:
        where = traceback.extract_tb(error.__traceback__)[-1]
        raise ScenarioError(f"{where.filename}:{where.lineno}", f"raises {type(error).__name__}") from None
    except KeyboardInterrupt:
        raise KeyboardInterrupt(f"interrupted: {show.so_far or none}, no result") from None
    finally:
        show.end()


@contextmanager
def beating(show: Show) -> Iterator[None]:
    """A thread that lets ``show`` write a line every `BEAT_S` seconds, about the thread that called this."""
    over = threading.Event()
    watched = threading.get_ident()

    def beat() -> None:
        while not over.wait(BEAT_S):
            show.beat(watched)

    thread = threading.Thread(target=beat, name="aiovgic-progress", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
