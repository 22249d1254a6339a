"""aiovgic explore: every order that matters, until something breaks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from aiovgic.cli.options import (
    Word,
    bug_option,
    format_option,
    json_option,
    revision_option,
    scenario_argument,
    seed_option,
    strict_option,
    trace_option,
)
from aiovgic.cli.output import complain, say, say_json
from aiovgic.cli.progress import progress
from aiovgic.cli.signals import interrupted
from aiovgic.cli.telling import TellerLines
from aiovgic.cli.traces import checked_place
from aiovgic.engine.strategies.pct import DEFAULT_DEPTH
from aiovgic.lab import explore as lab
from aiovgic.lab.limits import DEFAULT_BUDGET
from aiovgic.lab.strategies import DEFAULT_STRATEGY, MAX_DEPTH, STRATEGIES, Way
from aiovgic.lab.subject import EXPLORED
from aiovgic.report.explore import NOT_COMPLETE
from aiovgic.report.styled import styled

if TYPE_CHECKING:
    from pathlib import Path


@click.command()
@scenario_argument
@click.option(
    "--strategy",
    type=Word(STRATEGIES),
    default=DEFAULT_STRATEGY,
    show_default=True,
    metavar="STRATEGY",
    help=f"How to search: {', '.join(STRATEGIES)}.",
)
@click.option(
    "--budget",
    type=click.IntRange(1),
    metavar="N",
    show_default=f"{DEFAULT_BUDGET}, with --seconds as many as there is time for",
    help="Executions to try at most.",
)
@click.option(
    "--seconds", type=click.FloatRange(0, min_open=True), metavar="X", help="Begin no execution after this time."
)
@seed_option("Seed of the strategies that decide at random.")
@click.option(
    "--depth",
    type=click.IntRange(1, MAX_DEPTH),
    metavar="N",
    show_default=str(DEFAULT_DEPTH),
    help="For pct: things in order that a bug needs.",
)
@click.option(
    "--preemptions",
    type=click.IntRange(0),
    metavar="N",
    help="For dfs: most switches away from a task that could go on.",
)
@revision_option(EXPLORED)
@bug_option
@trace_option
@click.option("--require-complete", is_flag=True, help="Exit code 1 for a search that is not complete, too.")
@click.option("--stop-at-first", is_flag=True, help="End at the first finding of any sort, data races included.")
@click.option("--outcomes", is_flag=True, help="Go on after findings, and show how often each outcome came.")
@strict_option
@format_option
@json_option
def explore(  # noqa: PLR0913  one argument an option
    scenario: str,
    *,
    strategy: str,
    depth: int | None,
    preemptions: int | None,
    trace_file: Path | None,
    shape: str,
    require_complete: bool,
    as_json: bool,
    **search: Any,
) -> int:
    """Try the orders in which a scenario's tasks can run.

    SCENARIO is the name of a shipped scenario, or a file. A finding is printed when it is made, and its
    trace is written: below .aiovgic/, or the first one where --trace says. Then its schedule is shrunk.
    Exit code 1: something was found, or the revision refuses the set-up. A search that ends without a finding
    is exit code 0, also if it is not complete; --require-complete makes that 1. Ctrl-C or SIGTERM keeps what
    was found so far.
    """
    if trace_file is not None:
        checked_place(trace_file)
    with progress("executions") as show:
        teller = TellerLines(show, shape, trace_file, as_json=as_json)
        way = Way(strategy, depth, preemptions)
        try:
            result = lab.explore(scenario, strategy=way, progress=show, teller=teller, **search)
        except KeyboardInterrupt:
            if not teller.kept:
                raise
            complain(f"interrupted; the findings above are kept: {', '.join(map(str, teller.kept.values()))}")
            return 1
    if as_json:
        say_json({**result.to_json(), "traces": [str(path) for path in teller.kept.values()]})
    else:
        rest = result.rest_as(shape, told=bool(teller.kept))
        if rest:
            say(rest)
    if result.good and result.interrupted:
        return interrupted()
    too_short = require_complete and result.good and not result.complete
    if too_short and not as_json:
        say(styled("  --require-complete: the search is ", NOT_COMPLETE, ", so the exit code is 1"))
    return 0 if result.good and not too_short else 1
