"""How verbs speak: results on standard output, everything else on standard error.

Colour only on a terminal, progress only there, and only for what takes over a second.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Protocol

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

from aiovgic.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

PATIENCE_S = 1.0
"""How long a verb may be silent."""

COLOURS = (
    (re.compile(r"\b(FAILED|DIFFERS)\b"), "bold red"),
    (re.compile(r"\b(ok|agrees|complete)\b"), "green"),
    (re.compile(r"^  (replay|timeline) +(.+)$", re.MULTILINE), "cyan"),
)


def say(text: str) -> None:
    """Print a report. Raises UsageError where standard output takes nothing."""
    shown = harmless(text)
    if sys.stdout is None or not sys.stdout.isatty():
        write(shown)
        return
    coloured = Text(shown)
    for pattern, style in COLOURS:
        coloured.highlight_regex(pattern, style)
    Console(soft_wrap=True).print(coloured)


def say_json(value: Any) -> None:
    """Print one object. Raises UsageError where standard output takes nothing."""
    write(json.dumps(value, indent=2))


def write(text: str) -> None:
    """Write text and a line end to standard output. Raises UsageError where it takes nothing."""
    if sys.stdout is None:
        raise UsageError("standard output is closed")
    try:
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise UsageError(f"standard output: {error.strerror}") from None


def complain(text: str) -> None:
    """Print one line to standard error, if there is one."""
    if sys.stderr is not None:
        with suppress(OSError):
            sys.stderr.write(f"aiovgic: {harmless(' '.join(text.split()))}\n")


def harmless(text: str) -> str:
    """Text that a terminal only shows, nothing it acts upon: names in files are anybody's."""
    if text.isascii() and text.isprintable():
        return text
    return "".join([char if char.isprintable() or char in "\n\t" else repr(char)[1:-1] for char in text])


def log_to_stderr() -> None:
    """Show on standard error what the live engine logs."""
    logging.basicConfig(stream=sys.stderr, level=logging.DEBUG, format="%(message)s")


class Tell(Protocol):
    """Says how much is done, of how much if that is known, and what else there is to say."""

    def __call__(self, done: int, total: int | None, detail: str = "", /) -> None:
        """So far."""


class Rate(ProgressColumn):
    """How many a second."""

    def render(self, task: Task) -> Text:
        return Text("" if task.speed is None else f"{task.speed:.0f}/s", style="progress.data.speed")


@contextmanager
def progress(what: str) -> Iterator[Tell]:
    """Show how far something is, once it has taken a second; silent where nobody watches."""
    if not sys.stderr.isatty():
        yield lambda _done, _total, _detail="": None
        return
    began = time.monotonic()
    bar = Progress(
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
    task = bar.add_task(what, total=None, detail="")

    def tell(done: int, total: int | None, detail: str = "") -> None:
        if not bar.live.is_started and time.monotonic() - began > PATIENCE_S:
            bar.start()
        bar.update(task, completed=done, total=total, detail=detail)

    try:
        yield tell
    finally:
        if bar.live.is_started:
            bar.stop()
