"""aiovgic bugs: the catalogue."""

from __future__ import annotations

from typing import Any

import click

from aiovgic.bugs.catalogue import Bug, catalogue
from aiovgic.cli.options import json_option
from aiovgic.cli.output import say, say_json
from aiovgic.report.listing import bugs_listing


@click.command()
@json_option
def bugs(as_json: bool) -> int:
    """List the historical bugs that '--bug' plants.

    'may show as' are the kinds of finding; 'over' is the revision that a bug is planted on.
    """
    known = tuple(catalogue().values())
    if as_json:
        say_json({"bugs": [as_data(bug) for bug in known]})
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
