"""Words for errors: the nearest right one, and a value in one short line."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

SHOWN = 60
"""Characters of a value that an error has room for."""


def nearest(word: object, words: Iterable[str]) -> str:
    """A hint at the right word, in whatever case it was written, or nothing."""
    near = near_to(word, words)
    return f"; did you mean {near!r}?" if near else ""


def near_to(word: object, words: Iterable[str]) -> str:
    """The word that is nearest, if one is near."""
    from difflib import get_close_matches  # noqa: PLC0415  `aiovgic --help` needs no hint

    known = list(words)
    same = [each for each in known if each.casefold() == str(word).casefold()]
    return next(iter(same or get_close_matches(str(word), known, 1)), "")


def shown(value: object) -> str:
    """A value as an error shows it: short, in one line."""
    text = repr(value)
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 3]}..."
