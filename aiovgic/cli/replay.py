"""aiovgic replay: one execution again, bit by bit."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from aiovgic.cli.options import (
    bug_option,
    format_option,
    json_option,
    revision_option,
    scenario_argument,
    strict_option,
    trace_option,
)
from aiovgic.cli.output import say, say_json
from aiovgic.cli.progress import progress
from aiovgic.cli.traces import checked_place, keep_trace
from aiovgic.errors import UsageError
from aiovgic.lab import replay as lab
from aiovgic.lab.subject import EXPLORED
from aiovgic.lab.whatif import is_file
from aiovgic.scenario.shipped import scenarios


@click.command()
@scenario_argument
@click.argument("schedule", required=False, metavar="[SCHEDULE]")
@revision_option(None)
@bug_option
@trace_option
@click.option("--until", type=click.IntRange(0), metavar="STEP", help="Show the state just before this step.")
@click.option(
    "--show", multiple=True, metavar="NAME", help="Of that state only this: irq:8192, vcpu:0, its0, task:nic, vm, bus."
)
@strict_option
@click.option("--outcomes", is_flag=True, help="Go on after a wrong lock order, as explore --outcomes does.")
@format_option
@json_option
def replay(  # noqa: PLR0913  one argument an option
    scenario: str,
    schedule: str | None,
    *,
    revision: str | None,
    bugs: tuple[str, ...],
    trace_file: Path | None,
    until: int | None,
    show: tuple[str, ...],
    strict: bool,
    outcomes: bool,
    shape: str,
    as_json: bool,
) -> int:
    """Run one schedule of a scenario, or what a trace file records.

    With a SCHEDULE such as '12>nic 7=1': in order, except that at step 12 nic runs and at choice
    7 alternative 1 is taken. Without one, SCENARIO is a trace file, and every line is compared. The scenario
    inside the trace is run. Layers inside it are code, and are not executed: name their file with --bug.
    """
    if show and until is None:
        raise UsageError("--show is about the state that --until asks for")
    if trace_file is not None:
        checked_place(trace_file)
    with progress("executions"):
        if schedule is None:
            check_trace(scenario, revision, bugs, strict=strict, outcomes=outcomes)
            result = lab.replay_trace(scenario, bugs=bugs, until=until)
        else:
            result = lab.replay(
                scenario,
                schedule,
                revision=revision or EXPLORED,
                bugs=bugs,
                until=until,
                strict=strict,
                outcomes=outcomes,
            )
    if show and result.state is not None:
        result = replace(result, state=result.state.only(show))
    if as_json:
        say_json(result.to_json())
    else:
        say(result.report_as(shape))
    if trace_file is not None and not keep_trace(trace_file, result.trace):
        return 2
    return 0 if result.good else 1


def check_trace(named: str, revision: str | None, bugs: tuple[str, ...], *, strict: bool, outcomes: bool) -> None:
    """Raises UsageError where a trace is meant, but something else is said."""
    if named in scenarios() or Path(named).suffix in (".yaml", ".yml"):
        raise UsageError(f"{named} is a scenario: say which schedule, '' for the default order")
    if revision is not None:
        raise UsageError("a trace says itself which revision it is of; leave --revision out")
    if strict:
        raise UsageError("a trace says itself whether it is strict; leave --strict out")
    if outcomes:
        raise UsageError("a trace says itself whether its execution goes on; leave --outcomes out")
    ids = [bug for bug in bugs if not is_file(bug)]
    if ids:
        raise UsageError(f"a trace says itself which bug of the catalogue is planted; leave --bug {ids[0]} out")
