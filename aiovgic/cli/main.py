"""The command line: parse, call the lab, print, and choose the exit code.

0 nothing found, 1 a finding, 2 you asked wrongly, 3 we are wrong.
"""

from __future__ import annotations

import logging
import sys
import traceback
from difflib import get_close_matches
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING

import click

from aiovgic.cli.bugs import bugs
from aiovgic.cli.conform import conform
from aiovgic.cli.explore import explore
from aiovgic.cli.listing import list_all
from aiovgic.cli.output import complain, log_to_stderr, say
from aiovgic.cli.replay import replay
from aiovgic.cli.run import run as run_verb
from aiovgic.cli.schema import schema
from aiovgic.cli.stress import stress
from aiovgic.cli.timeline import timeline
from aiovgic.errors import DivergedError, ScenarioError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence


class Exit(IntEnum):
    """What a process says at its end."""

    GOOD = 0
    FOUND = 1
    USAGE = 2
    WRONG = 3
    INTERRUPTED = 130


class Verbs(click.Group):
    """The verbs; a wrong one gets the nearest right one."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if name in self.commands or name.startswith("-"):
            return super().resolve_command(ctx, args)
        near = get_close_matches(name, self.commands, 1)
        hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(self.commands)}"
        raise click.UsageError(f"there is no verb {name!r}; {hint}")


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


for verb in (run_verb, explore, replay, stress, timeline, conform, bugs, list_all, schema):
    cli.add_command(verb)


def run(args: Sequence[str] | None = None) -> int:
    """One command; its exit code."""
    if sys.flags.optimize:
        complain("does not run under 'python -O': its assertions say when the model is wrong")
        return Exit.USAGE
    try:
        code = cli.main(args=args, prog_name="aiovgic", standalone_mode=False)
    except click.ClickException as error:
        complain(one_line(error.format_message()))
        return Exit.USAGE
    except (ScenarioError, UsageError) as error:
        complain(str(error))
        return Exit.USAGE
    except DivergedError as error:
        complain(f"diverged: {error}")
        return Exit.WRONG
    except (click.Abort, KeyboardInterrupt):
        complain("interrupted")
        return Exit.INTERRUPTED
    except BrokenPipeError:
        return Exit.GOOD  # whoever read us has read enough
    except Exception as error:  # noqa: BLE001  whatever else goes wrong is our fault, and said in one line
        complain(our_fault(error))
        return Exit.WRONG
    return int(code or Exit.GOOD)


def our_fault(error: Exception) -> str:
    """An error that nobody expected, with its place."""
    logging.getLogger("aiovgic").debug("internal error", exc_info=error)
    where = traceback.extract_tb(error.__traceback__)[-1]
    what = " ".join(str(error).split())
    return f"internal error: {type(error).__name__}: {what} ({Path(where.filename).name}:{where.lineno})"


def one_line(text: str) -> str:
    """A message without its line ends, and without a capital that is only a sentence's."""
    words = " ".join(text.split())
    return words[:1].lower() + words[1:] if words[1:2].islower() else words
