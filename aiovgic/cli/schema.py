"""aiovgic schema: the shape of scenario files."""

from __future__ import annotations

import click

from aiovgic.cli.options import json_option
from aiovgic.cli.output import say_json
from aiovgic.scenario import schema as scenario


@click.command()
@json_option
def schema(as_json: bool) -> int:  # noqa: ARG001  it is JSON either way
    """Print the JSON Schema of scenario files, for editors and checkers.

    It is JSON with and without --json.
    """
    say_json(scenario.schema())
    return 0
