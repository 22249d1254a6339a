"""The verbs: where each lives, and its line in the help. A verb is imported when it is used."""

from __future__ import annotations

from importlib import import_module
from typing import NamedTuple

import click

from aiovgic.errors import UsageError
from aiovgic.text import nearest, shown


class Verb(NamedTuple):
    """One verb: its module in this room, its name there, and the first sentence of its help."""

    module: str
    name: str
    about: str

    def load(self) -> click.Command:
        """The command itself."""
        command = getattr(import_module(f"aiovgic.cli.{self.module}"), self.name)
        assert isinstance(command, click.Command)
        return command


VERBS = {
    "bugs": Verb("bugs", "bugs", "List the historical bugs that '--bug' plants."),
    "conform": Verb("conform", "conform", "Play recordings of a real kernel and compare every result."),
    "explore": Verb("explore", "explore", "Try the orders in which a scenario's tasks can run."),
    "list": Verb("listing", "list_all", "List scenarios, revisions, bugs and operations."),
    "replay": Verb("replay", "replay", "Run one schedule of a scenario, or what a trace file records."),
    "run": Verb("run", "run", "Run a scenario once, in default order or live, and show everything at its end."),
    "schema": Verb("schema", "schema", "Print the JSON Schema of scenario files, for editors and checkers."),
    "stress": Verb("stress", "stress", "Run a scenario live, again and again, on fresh machines."),
    "timeline": Verb("timeline", "timeline", "Show what each task did in a trace, one column a task."),
}
"""By name, in the order of names. A test compares the sentences with the commands'."""


class Verbs(click.Group):
    """The verbs; a wrong one gets the nearest right one."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return list(VERBS)

    def get_command(self, _ctx: click.Context, cmd_name: str) -> click.Command | None:
        verb = VERBS.get(cmd_name)
        return None if verb is None else verb.load()

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, verb.about) for name, verb in VERBS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if name in VERBS or name.startswith("-"):
            return super().resolve_command(ctx, args)
        hint = nearest(name, VERBS) or f"; there are {', '.join(VERBS)}"
        raise UsageError(f"there is no verb {shown(name)}{hint}")
