"""aiovgic explore: every order that matters, until something breaks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from aiovgic.cli.options import bug_option, json_option, revision_option, scenario_argument
from aiovgic.cli.output import complain, progress, say, say_json
from aiovgic.engine.strategies.pct import DEFAULT_DEPTH
from aiovgic.lab import explore as lab
from aiovgic.lab.strategies import DEFAULT_STRATEGY, STRATEGIES, Way
from aiovgic.lab.subject import EXPLORED

INTERRUPTED = 130
"""The exit code of a search that was stopped before it found anything."""

TRACES = Path(".aiovgic")
"""Where the trace of a finding goes, below the current folder."""


def complete_strategy(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """The strategies whose names begin so."""
    return [name for name in STRATEGIES if name.startswith(incomplete)]


@click.command()
@scenario_argument
@click.option(
    "--strategy",
    default=DEFAULT_STRATEGY,
    show_default=True,
    metavar="STRATEGY",
    shell_complete=complete_strategy,
    help=f"How to search: {', '.join(STRATEGIES)}.",
)
@click.option(
    "--budget",
    type=click.IntRange(1),
    default=lab.DEFAULT_BUDGET,
    show_default=True,
    help="Executions to try at most.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="For strategies that draw.")
@click.option("--depth", type=click.IntRange(1), help=f"Orderings that pct reckons with.  [default: {DEFAULT_DEPTH}]")
@click.option("--preemptions", type=click.IntRange(0), help="Bound for dfs: switches away from tasks that could go on.")
@revision_option(EXPLORED)
@bug_option
@json_option
def explore(
    scenario: str, *, strategy: str, depth: int | None, preemptions: int | None, as_json: bool, **search: Any
) -> int:
    """Try the orders in which a scenario's tasks can run.

    SCENARIO is the name of a shipped scenario, or a file. What is found is shrunk to the shortest
    schedule and told; its trace goes to .aiovgic/. Exit code 1: something was found. Ctrl-C keeps what was
    found so far.
    """
    with progress("executions") as tell:
        result = lab.explore(scenario, strategy=Way(strategy, depth, preemptions), progress=tell, **search)
    if result.trace is not None:
        keep_trace(result.scenario, result.trace.encode())
    if as_json:
        say_json(result.to_json())
    else:
        say(str(result))
    if result.good and result.interrupted:
        return INTERRUPTED
    return 0 if result.good else 1


def keep_trace(scenario: str, data: bytes) -> None:
    """Write a trace beside the current folder's others; where that cannot be, say so and go on."""
    path = TRACES / f"{Path(scenario).stem}.jsonl"
    try:
        TRACES.mkdir(exist_ok=True)
        path.write_bytes(data)
    except OSError as error:
        complain(f"the trace is not kept: {path}: {error.strerror or error}")
