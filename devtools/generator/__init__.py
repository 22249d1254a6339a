"""Random conformance scripts, by seed: the same seed gives the same bytes, anywhere.

A theme is a function that writes one script with a pen and a source of chance (``script.py``);
its docstring is what the script says about itself. Nothing here knows what KVM answers: the
oracle records that.
"""

from __future__ import annotations

import json
from itertools import islice
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from .script import Script
from .themes import BY_NAME, GICV2_THEMES, GICV3_THEMES, Theme

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .vocabulary import Line

__all__ = ["THEMES", "V2_THEMES", "lines", "scripts", "write"]

THEMES: tuple[str, ...] = tuple(GICV3_THEMES)
"""The names of the themes for a GICv3 host, in the order of the files they are written in."""

V2_THEMES: tuple[str, ...] = tuple(GICV2_THEMES)
"""The names of the themes for a GICv2 host, in the order of the files they are written in."""


def scripts(seed: int, count: int, themes: Sequence[str] | None = None) -> Iterator[list[Line]]:
    """``count`` scripts, the themes taken in turn; a header and its operations each.

    A script depends on its theme, ``seed`` and number within the theme only, so that it stays
    itself whatever else is asked for.
    """
    names = THEMES if themes is None else tuple(themes)
    for name in names:
        if name not in BY_NAME:
            raise ValueError(f"no theme {name!r}; there are {', '.join(BY_NAME)}")
    for number in range(count if names else 0):
        name = names[number % len(names)]
        yield _script(name, BY_NAME[name], seed, number // len(names))


def lines(seed: int, count: int, themes: Sequence[str] | None = None) -> Iterator[str]:
    """The lines of a script file with ``count`` scripts, as scripts() draws them."""
    for script in scripts(seed, count, themes):
        for line in script:
            yield json.dumps(line) + "\n"


def write(path: str | Path, seed: int, count: int, themes: Sequence[str] | None = None) -> int:
    """Write one JSONL file; returns the number of operations in it."""
    operations = 0
    with Path(path).open("w", encoding="ascii", newline="\n") as file:
        pen = lines(seed, count, themes)
        while block := list(islice(pen, 4096)):
            file.writelines(block)
            operations += sum(line.startswith('{"op"') for line in block)
    return operations


def _script(name: str, theme: Theme, seed: int, number: int) -> list[Line]:
    script = Script(Random(f"{name}/{seed}/{number}"))
    theme(script)
    about = (theme.__doc__ or "").partition("\n")[0]
    return [{"script": f"gen-{name}/{seed}-{number}", "about": about}, *script.ops]
