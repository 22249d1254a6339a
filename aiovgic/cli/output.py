"""How verbs speak: results on standard output, everything else on standard error.

Colour only on a terminal, progress only there, and only for what takes over a second.
"""

from __future__ import annotations

import json
import re
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PATIENCE_S = 1.0
"""How long a verb may be silent."""

COLOURS = (
    (re.compile(r"\b(FAILED|DIFFERS)\b"), "bold red"),
    (re.compile(r"\b(ok|agrees|complete)\b"), "green"),
    (re.compile(r"^  (replay|timeline) +(.+)$", re.MULTILINE), "cyan"),
)


def say(text: str) -> None:
    """Print a report."""
    if not sys.stdout.isatty():
        print(text)
        return
    coloured = Text(text)
    for pattern, style in COLOURS:
        coloured.highlight_regex(pattern, style)
    Console(soft_wrap=True).print(coloured)


def say_json(value: dict[str, Any]) -> None:
    """Print one object."""
    print(json.dumps(value, indent=2))


def complain(text: str) -> None:
    """Print one line to standard error."""
    print(f"aiovgic: {text}", file=sys.stderr)


@contextmanager
def progress(what: str) -> Iterator[Callable[[int, int | None], None]]:
    """Show how far something is, once it has taken a second; silent where nobody watches."""
    if not sys.stderr.isatty():
        yield lambda _done, _total: None
        return
    began = time.monotonic()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    bar = Progress(*columns, console=Console(stderr=True), transient=True)
    task = bar.add_task(what, total=None)

    def tell(done: int, total: int | None) -> None:
        if not bar.live.is_started and time.monotonic() - began > PATIENCE_S:
            bar.start()
        bar.update(task, completed=done, total=total)

    try:
        yield tell
    finally:
        if bar.live.is_started:
            bar.stop()
