"""aiovgic stress: a scenario live, again and again."""

from __future__ import annotations

from typing import Any

import click

from aiovgic.cli.options import bug_option, json_option, revision_option, scenario_argument, seed_option
from aiovgic.cli.output import say, say_json
from aiovgic.cli.progress import progress
from aiovgic.cli.signals import interrupted
from aiovgic.lab import stress as lab
from aiovgic.lab.subject import EXPLORED


@click.command()
@scenario_argument
@click.option(
    "--seconds",
    type=click.FloatRange(0, min_open=True),
    metavar="X",
    default=lab.DEFAULT_SECONDS,
    show_default=True,
    help="How long to run.",
)
@click.option("--rounds", type=click.IntRange(1), metavar="N", help="Rounds at most; --seconds may end it before.")
@seed_option("Seed of the first round; each later round has the next number.")
@click.option(
    "--chaos",
    type=click.FloatRange(0, 1),
    metavar="X",
    default=lab.DEFAULT_CHAOS,
    show_default=True,
    help="How likely a task lets others run at a point.",
)
@revision_option(EXPLORED)
@bug_option
@json_option
def stress(scenario: str, *, as_json: bool, **how: Any) -> int:
    """Run a scenario live, again and again, on fresh machines.

    Tasks run on uvloop, and let others run at random. Whenever no task can go on, the rules of the
    machine are checked, and every LPI is accounted for: delivered, coalesced, still pending, or lost
    for a reason that the architecture allows. Exit code 1: something was found. Ctrl-C or SIGTERM keeps what was
    found so far.
    """
    with progress("seconds", "no round ended") as tell:
        result = lab.stress(scenario, progress=tell, **how)
    if as_json:
        say_json(result.to_json())
    else:
        say(str(result))
    if result.good and result.interrupted:
        return interrupted()
    return 0 if result.good else 1
