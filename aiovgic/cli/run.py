"""aiovgic run: a scenario once."""

from __future__ import annotations

import click

from aiovgic.cli.options import bug_option, json_option, revision_option, scenario_argument, strict_option
from aiovgic.cli.output import say, say_json
from aiovgic.cli.progress import progress
from aiovgic.lab import run as lab
from aiovgic.lab.subject import EXPLORED


@click.command()
@scenario_argument
@click.option("--live", is_flag=True, help="Run it on the live engine (anyio, uvloop), not on the trampoline.")
@revision_option(EXPLORED)
@bug_option
@strict_option
@json_option
def run(scenario: str, *, live: bool, revision: str, bugs: tuple[str, ...], strict: bool, as_json: bool) -> int:
    """Run a scenario once, in default order or live, and show everything at its end.

    SCENARIO is the name of a shipped scenario, or a file. Default order: the first task runs for as long as
    it can, then the next. Exit code 1: an expectation or a rule is broken.
    """
    with progress("executions"):
        result = lab.run(scenario, live=live, revision=revision, bugs=bugs, strict=strict)
    if as_json:
        say_json(result.to_json())
    else:
        say(str(result))
    return 0 if result.good else 1
