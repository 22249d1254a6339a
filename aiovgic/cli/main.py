"""The command line: parse, call the lab, print, and choose the exit code.

0 nothing found, 1 a finding, 2 you asked wrongly, 3 we are wrong.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from enum import IntEnum
from typing import TYPE_CHECKING

import click

from aiovgic.cli.output import complain, log_to_stderr, say, say_json
from aiovgic.cli.signals import interrupted
from aiovgic.cli.verbs import Verbs
from aiovgic.errors import DivergedError, RefusedError, ScenarioError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence


class Exit(IntEnum):
    """What a process says at its end."""

    GOOD = 0
    FOUND = 1
    USAGE = 2
    WRONG = 3


@click.group(cls=Verbs, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="aiovgic")
@click.option("-v", "--verbose", is_flag=True, help="Say on standard error what the live engine does.")
@click.pass_context
def cli(ctx: click.Context, verbose: bool) -> None:
    """KVM's arm64 vGICv3 and ITS as a model: explored, replayed, and checked against real kernels."""
    if verbose:
        log_to_stderr()
    if ctx.invoked_subcommand is None:
        say(ctx.get_help())


def run(args: Sequence[str] | None = None) -> int:
    """One command; its exit code."""
    if sys.flags.optimize:
        complain("does not run under 'python -O': its assertions say when the model is wrong")
        return Exit.USAGE
    words = sys.argv[1:] if args is None else list(args)
    try:
        code = cli.main(args=words, prog_name="aiovgic", standalone_mode=False)
    except BrokenPipeError:
        return Exit.GOOD  # the reader of the pipe has read enough
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001  whatever goes wrong is said in one line
        return failed(error, as_json="--json" in words)
    return int(code or Exit.GOOD)


def failed(error: BaseException, *, as_json: bool) -> int:
    """Print an error, on standard error; what the revision refuses is a result, on standard output. The exit code."""
    exit_code, text = told(error)
    refused = {"refused": {"errno": error.errno, "line": error.line}} if isinstance(error, RefusedError) else {}
    if not refused:
        complain(text)
    with suppress(UsageError, BrokenPipeError):
        if as_json:
            say_json({"error": text, **refused, "exit_code": exit_code})
        elif refused:
            say(text)
    return exit_code


def told(error: BaseException) -> tuple[int, str]:
    """Whose fault an error is, and what is said of it."""
    match error:
        case click.Abort() | KeyboardInterrupt():
            return interrupted(), str(error.__cause__ or error) or "interrupted: no result"
        case click.UsageError(ctx=click.Context(parent=click.Context()) as ctx):
            return Exit.USAGE, f"{ctx.info_name}: {error.format_message()}"
        case click.ClickException():
            return Exit.USAGE, error.format_message()
        case RefusedError():
            return Exit.FOUND, str(error)
        case ScenarioError() | UsageError():
            return Exit.USAGE, str(error)
        case OSError():  # a full disk, too many processes: nothing that we could do better
            named = f"{error.filename}: " if error.filename else ""
            return Exit.USAGE, f"{named}{error.strerror or error}"
        case DivergedError():
            return Exit.WRONG, f"diverged: {error}"
        case _:
            return Exit.WRONG, our_fault(error)


def our_fault(error: BaseException) -> str:
    """An internal error, with its place."""
    import logging  # noqa: PLC0415  only an internal error needs it
    import traceback  # noqa: PLC0415  only an internal error needs it
    from pathlib import Path  # noqa: PLC0415  only an internal error needs it

    logging.getLogger("aiovgic").debug("internal error", exc_info=error)
    where = traceback.extract_tb(error.__traceback__)[-1]
    what = " ".join(str(error).split())
    return f"internal error: {type(error).__name__}: {what} ({Path(where.filename).name}:{where.lineno})"
