"""aiovgic list: what there is to work with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from aiovgic.bugs.catalogue import catalogue
from aiovgic.cli.options import Word, json_option
from aiovgic.cli.output import say, say_json
from aiovgic.report.listing import names_listing
from aiovgic.revisions import ABOUT, REVISIONS
from aiovgic.scenario.loader import load
from aiovgic.scenario.shipped import scenarios
from aiovgic.scenario.shorthand import GUEST_SHORTHANDS, SHORTHANDS
from aiovgic.uapi.operations import OPERATIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Entries = list[dict[str, Any]]


def all_scenarios() -> Entries:
    """The shipped scenarios."""
    return [{"name": name, "about": load(path).title} for name, path in scenarios().items()]


def all_revisions() -> Entries:
    """The revisions, newest first."""
    return [{"name": name, "about": ABOUT[name]} for name in REVISIONS]


def all_bugs() -> Entries:
    """The catalogue, by titles."""
    return [{"name": bug.id, "about": bug.title} for bug in catalogue().values()]


def all_operations() -> Entries:
    """Operations of scripts and scenarios, then the shorthands of scenarios, each with its fields."""
    return [
        {
            "name": name,
            "about": shape.about,
            "fields": list(shape.fields),
            "guest": shape.guest or name in GUEST_SHORTHANDS,
        }
        for name, shape in {**OPERATIONS, **SHORTHANDS}.items()
    ]


SECTIONS: Mapping[str, Callable[[], Entries]] = {
    "scenarios": all_scenarios,
    "revisions": all_revisions,
    "bugs": all_bugs,
    "operations": all_operations,
}


@click.command(name="list")
@click.argument("section", type=Word(SECTIONS), required=False, metavar="[SECTION]")
@json_option
def list_all(section: str | None, as_json: bool) -> int:
    """List scenarios, revisions, bugs and operations.

    SECTION is one of them: scenarios, revisions, bugs, operations. With operations come their fields.
    """
    found = {name: make() for name, make in SECTIONS.items() if section in {None, name}}
    if as_json:
        say_json(found)
    else:
        say(names_listing({name: {each["name"]: described(each) for each in found[name]} for name in found}))
    return 0


def described(entry: Mapping[str, Any]) -> str:
    """What an entry is, with its fields if it has any."""
    fields = ", ".join(entry.get("fields", ()))
    about = entry["about"].removesuffix(".")
    return f"{about} ({fields})" if fields else about
