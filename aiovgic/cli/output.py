"""How verbs speak: results on standard output, everything else on standard error; colour only on a terminal."""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import Any

from aiovgic.errors import UsageError


def say(text: str) -> None:
    """Print a report, its styles only on a terminal. Raises UsageError where standard output takes nothing."""
    if sys.stdout is None or sys.stdout.closed or not sys.stdout.isatty():
        write(harmless(text))
        return
    from rich.console import Console  # noqa: PLC0415  only a terminal needs it
    from rich.text import Text  # noqa: PLC0415  only a terminal needs it

    from aiovgic.report.styled import parts_of  # noqa: PLC0415  only a terminal needs it

    encoding = sys.stdout.encoding
    parts = [(writable(harmless(words), encoding), style) for words, style in parts_of(text)]
    Console(soft_wrap=True).print(Text.assemble(*parts))


def say_json(value: Any) -> None:
    """Print one object. Raises UsageError where standard output takes nothing."""
    import json  # noqa: PLC0415  only --json needs it

    write(json.dumps(value, indent=2))


def write(text: str) -> None:
    """Write text and a line end to standard output. Raises UsageError where it takes nothing."""
    if sys.stdout is None:
        raise UsageError("standard output is closed")
    try:
        sys.stdout.write(writable(f"{text}\n", sys.stdout.encoding))
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except (OSError, ValueError) as error:
        raise UsageError(f"standard output: {getattr(error, 'strerror', None) or error}") from None


def writable(text: str, encoding: str | None) -> str:
    """Text in which everything that an encoding has not is escaped."""
    code = encoding or "ascii"
    return text.encode(code, "backslashreplace").decode(code)


def complain(text: str) -> None:
    """Print one line to standard error, if there is one."""
    if sys.stderr is not None:
        with suppress(OSError, ValueError):
            sys.stderr.write(f"aiovgic: {harmless(' '.join(text.split()))}\n")


def harmless(text: str) -> str:
    """Text that a terminal only shows, nothing it acts upon: names in files may hold control characters."""
    if text.isascii() and text.isprintable():
        return text
    return "".join([char if char.isprintable() or char in "\n\t" else repr(char)[1:-1] for char in text])


def log_to_stderr() -> None:
    """Show on standard error what the live engine logs."""
    import logging  # noqa: PLC0415  only --verbose needs it

    logging.basicConfig(stream=sys.stderr, level=logging.DEBUG, format="%(message)s")
