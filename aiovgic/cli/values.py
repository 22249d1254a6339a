"""Values of options, refused in the words that the rest of aiovgic has."""

from __future__ import annotations

from typing import Any

import click

from aiovgic.uapi.fields import nearest, shown

QUOTE = "'"


class Whole(click.IntRange):
    """A whole number in a range."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        try:
            return int(within(self, int(value)))
        except ValueError as error:
            self.fail(refusal(self, value, error), param, ctx)


class Real(click.FloatRange):
    """A number in a range."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        try:
            return float(within(self, float(value)))
        except ValueError as error:
            self.fail(refusal(self, value, error), param, ctx)


class Word(click.Choice[str]):
    """One of some words."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if value not in self.choices:
            hint = nearest(value, list(self.choices)) or f"; there are {', '.join(self.choices)}"
            self.fail(f"is {shown(value)}{hint}", param, ctx)
        return str(value)


class OutsideError(ValueError):
    """A number that is none of those there may be."""


def within(kind: Whole | Real, number: Any) -> Any:
    """A number, if it is in the range. Raises OutsideError."""
    below = kind.min is not None and (number <= kind.min if kind.min_open else number < kind.min)
    if below or (kind.max is not None and number > kind.max) or number != number:  # noqa: PLR0124  not a number
        raise OutsideError
    return number


def refusal(kind: Whole | Real, value: Any, error: ValueError) -> str:
    """What is wrong with a value, and what it may be."""
    if kind.max is not None:
        bounds = f"{kind.min} to {kind.max}"
    else:
        bounds = f"{'more than' if kind.min_open else 'at least'} {kind.min}"
    if isinstance(error, OutsideError):
        return f"is {shown(value).strip(QUOTE)}; it must be {bounds}"
    return f"is to be a number, {bounds}, not {shown(value)}"
