"""Values of options, refused in the words that the rest of aiovgic has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from aiovgic.text import nearest, shown

if TYPE_CHECKING:
    NumberType = click.ParamType[float]
    WordType = click.Choice[str]
else:  # click before 8.2 has no generic types
    NumberType = click.ParamType
    WordType = click.Choice


class Number(NumberType):
    """A number in a range; ``above`` says that the lowest is none of them."""

    def __init__(self, low: float, high: float | None = None, *, above: bool = False) -> None:
        self.low = low
        self.high = high
        self.above = above

    @property
    def bounds(self) -> str:
        """The range in words."""
        if self.high is not None:
            return f"{self.low} to {self.high}"
        return f"{'more than' if self.above else 'at least'} {self.low}"

    def within(self, number: float) -> bool:
        """Whether a number is in the range; what is not a number never is."""
        least = number > self.low if self.above else number >= self.low
        return least and (self.high is None or number <= self.high)


class Whole(Number):
    """A whole number in a range."""

    name = "n"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        try:
            number = int(value)
        except ValueError:
            self.fail(f"is to be a whole number, {self.bounds}, not {shown(value)}", param, ctx)
        if not self.within(number):
            self.fail(f"is {number}; it must be {self.bounds}", param, ctx)
        return number


class Real(Number):
    """A number in a range."""

    name = "x"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        try:
            number = float(value)
        except ValueError:
            self.fail(f"is to be a number, {self.bounds}, not {shown(value)}", param, ctx)
        if not self.within(number):
            self.fail(f"is {number:g}; it must be {self.bounds}", param, ctx)
        return number


class Word(WordType):
    """One of some words."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if value not in self.choices:
            hint = nearest(value, list(self.choices)) or f"; there are {', '.join(self.choices)}"
            self.fail(f"is {shown(value)}{hint}", param, ctx)
        return str(value)
