"""Text whose words have styles: a report says which of its words are the verdict, and which lines are to be pasted.

A style is a name that rich knows. This module does not import rich: only a terminal shows styles.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    Part = tuple[str, str]

BAD, GOOD, PARTIAL, PASTE = "bold red", "green", "yellow", "cyan"
"""Styles: of a finding, of a complete search, of a search that is not complete, and of a command line to paste."""

FAILED = ("FAILED", BAD)
"""The verdict of every report that has a finding."""


class Styled(str):
    """A string that also holds its parts, each with its style. ``parts``: as `rich.text.Text.assemble` takes them."""

    __slots__ = ("parts",)
    parts: tuple[Part, ...]

    def rstrip(self, chars: str | None = None, /) -> Styled:
        """The text without these characters, or blanks, at its end; styles stay."""
        parts = list(self.parts)
        while parts:
            words, style = parts.pop()
            if left := words.rstrip(chars):
                return styled(*parts, (left, style))
        return styled()


def styled(*parts: str | Part) -> Styled:
    """A text of these parts: strings, texts with styles, or pairs of words and their style."""
    flat: list[Part] = []
    for part in parts:
        flat += [part] if isinstance(part, tuple) else parts_of(part)
    made = Styled("".join(words for words, _ in flat))
    made.parts = tuple(flat)
    return made


def joined(texts: Iterable[str], by: str = "\n") -> Styled:
    """Texts with ``by`` between them; styles stay, which ``str.join`` would drop."""
    return styled(*(part for number, text in enumerate(texts) for part in ((by, text) if number else (text,))))


def parts_of(text: str) -> tuple[Part, ...]:
    """Words and styles of a text; a plain string is one part without a style."""
    return text.parts if isinstance(text, Styled) else ((text, ""),)
