"""aiovgic timeline: a trace in the terminal."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import click

from aiovgic.cli.options import json_option
from aiovgic.cli.output import say, say_json
from aiovgic.errors import UsageError
from aiovgic.lab.timeline import timeline as timeline_of
from aiovgic.scenario.shipped import scenarios

PIPED = 120
"""Columns where standard output is no terminal."""

NARROWEST = 30


@click.command()
@click.argument("trace", type=click.Path())
@click.option("--full", is_flag=True, help="Every event, nothing folded.")
@click.option(
    "--source", is_flag=True, help="Print the scenario and the layers that the trace holds, and nothing else."
)
@click.option(
    "--width", type=click.IntRange(NARROWEST), metavar="N", show_default="the terminal's, or 120", help="Columns."
)
@json_option
def timeline(trace: str, full: bool, source: bool, width: int | None, as_json: bool) -> int:
    """Show what each task did in a trace, one column a task.

    TRACE is a file that explore or replay has written. Steps of one task that touch nothing another
    task has to do with are folded. Nothing inside a trace is executed.
    """
    if trace in scenarios() or Path(trace).suffix in (".yaml", ".yml"):
        raise UsageError(
            f"{trace} is a scenario; 'aiovgic replay' or 'aiovgic explore' with --trace writes a trace of it"
        )
    shown = timeline_of(trace)
    if source:
        say_json(shown.source_json()) if as_json else say(shown.source())
    elif as_json:
        say_json(shown.to_json())
    else:
        say(shown.text(width or columns(), full=full))
    return 0


def columns() -> int:
    """How wide the output may be."""
    if sys.stdout is None or not sys.stdout.isatty():
        return PIPED
    return max(shutil.get_terminal_size((PIPED, 24)).columns, NARROWEST)
