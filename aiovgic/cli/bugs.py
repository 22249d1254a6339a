"""aiovgic bugs: the catalogue."""

from __future__ import annotations

from typing import Any

import click

from aiovgic.bugs.catalogue import Bug, catalogue, figures
from aiovgic.cli.options import MAX_JOBS, json_option
from aiovgic.cli.output import complain, say, say_json
from aiovgic.cli.progress import progress
from aiovgic.cli.signals import interrupted
from aiovgic.errors import UsageError
from aiovgic.lab.verify import verify
from aiovgic.report.listing import bugs_listing


@click.command()
@click.option("--verify", "verifying", is_flag=True, help="Search for every bug, and search its scenario without it.")
@click.option("--quick", is_flag=True, help="With --verify: every second bug, and fewer executions without it.")
@click.option(
    "--jobs", type=click.IntRange(1, MAX_JOBS), metavar="N", show_default="1", help="With --verify: processes."
)
@json_option
def bugs(verifying: bool, quick: bool, jobs: int | None, as_json: bool) -> int:
    """List the historical bugs that '--bug' plants.

    'may show as' are the kinds of finding; 'over' is the revision that a bug is planted on.
    With --verify every bug is searched for by the default strategy, told nothing, and then the
    same scenario is searched without it. What is found without it is told at once, and its trace written.
    Ctrl-C or SIGTERM keeps what was checked so far.
    """
    if verifying:
        with progress("bugs", "no bug was checked") as show:
            result = verify(quick=quick, jobs=jobs or 1, progress=show, heard=complain)
        say_json(result.to_json()) if as_json else say(str(result))
        if result.good and result.interrupted:
            return interrupted()
        return 0 if result.good else 1
    if quick or jobs is not None:
        raise UsageError(f"{'--quick' if quick else '--jobs'} goes with --verify")
    known = tuple(catalogue().values())
    if as_json:
        say_json({"bugs": [as_data(bug) for bug in known], "figures": figures(known)._asdict()})
    else:
        say(bugs_listing(known))
    return 0


def as_data(bug: Bug) -> dict[str, Any]:
    """A bug as ``--json`` prints it."""
    return {
        "id": bug.id,
        "base": bug.base,
        "kinds": list(bug.kinds),
        "commit": bug.commit,
        "cve": bug.cve,
        "scenario": bug.scenario,
        "title": bug.title,
        "story": bug.story,
    }
