"""Options that several verbs have."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.shell_completion import CompletionItem

from aiovgic.bugs.catalogue import catalogue
from aiovgic.lab.strategies import MAX_SEED
from aiovgic.report.kernel import FORMATS
from aiovgic.revisions import REVISIONS
from aiovgic.scenario.shipped import scenarios
from aiovgic.text import near_to

if TYPE_CHECKING:
    from collections.abc import Callable

F = TypeVar("F", bound="Callable[..., Any]")


MAX_JOBS = 256
"""Processes that may share a verb's work."""


class Word(click.Choice[str]):
    """One of some words; the error for another word ends with the nearest of them."""

    def get_invalid_choice_message(self, value: Any, ctx: click.Context | None) -> str:
        near = near_to(value, self.choices)
        hint = f" Did you mean {near!r}?" if near else ""
        return f"{super().get_invalid_choice_message(value, ctx)}{hint}"


def complete_revision(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """The revisions whose names begin so."""
    return [name for name in REVISIONS if name.startswith(incomplete)]


def revision_option(default: str | None) -> Callable[[F], F]:
    """``--revision``, with a verb's own default."""
    return click.option(
        "--revision",
        shell_complete=complete_revision,
        default=default,
        show_default=default is not None,
        metavar="R",
        help=f"Which KVM: {', '.join(REVISIONS)}.",
    )


def complete_bug(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The bugs whose ids begin so, and what files there are."""
    known = [CompletionItem(name) for name in catalogue() if name.startswith(incomplete)]
    return [*known, CompletionItem(incomplete, type="file")]


bug_option = click.option(
    "--bug",
    "bugs",
    multiple=True,
    shell_complete=complete_bug,
    metavar="BUG",
    help="Plant a bug over the revision: an id of 'aiovgic bugs', or FILE.py with layers. May be repeated.",
)
"""``--bug``."""


def complete_scenario(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The shipped scenarios whose names begin so, and what files there are."""
    known = [CompletionItem(name) for name in scenarios() if name.startswith(incomplete)]
    return [*known, CompletionItem(incomplete, type="file")]


def seed_option(about: str) -> Callable[[F], F]:
    """``--seed``, with what it is the seed of."""
    return click.option(
        "--seed", type=click.IntRange(0, MAX_SEED), default=0, metavar="N", show_default=True, help=about
    )


scenario_argument = click.argument("scenario", shell_complete=complete_scenario)
"""A shipped scenario by name, or a file."""

strict_option = click.option(
    "--strict", is_flag=True, help="What KVM does on purpose is a finding, too (docs/detectors.md, excuses)."
)
"""``--strict``."""

json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of text.")
"""``--json``."""

trace_option = click.option(
    "--trace", "trace_file", type=click.Path(path_type=Path), help="Write the trace to this file."
)
"""``--trace``."""

format_option = click.option(
    "--format",
    "shape",
    type=Word(["text", *FORMATS]),
    default="text",
    show_default=True,
    help="Shape of findings: text, or that of the kernel's own reports. kernel: kcsan for data races, kasan for use "
    "after free, lockdep for locks.",
)
"""``--format``."""
