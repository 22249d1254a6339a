"""What KVM did when: each revision is a list of layers over the base, ``fixed``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from aiovgic.errors import UsageError
from aiovgic.revisions import its_v7, v4_8, v4_8_its, v6_1, v6_1_its, v6_12
from aiovgic.text import nearest, shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiovgic.sync import Layer

KERNEL = re.compile(r"v?(\d{1,4})\.(\d{1,4})(?![^.\-])")
"""How a kernel is called: major and minor number, and whatever comes behind them."""

_V6_12: tuple[Layer, ...] = v6_12.LAYERS
_V6_1: tuple[Layer, ...] = (*_V6_12, *v6_1.LAYERS, *v6_1_its.LAYERS)

REVISIONS: Mapping[str, tuple[Layer, ...]] = {
    "fixed": (),
    "v6.12": _V6_12,
    "v6.1": _V6_1,
    "v4.8": (*_V6_1, *v4_8.LAYERS, *v4_8_its.LAYERS),
    "its-v7": (*_V6_1, *its_v7.LAYERS),
}
"""By name, newest first; ``fixed`` is 6.12 with every known fault mended."""

ABOUT: Mapping[str, str] = {
    "fixed": "Linux 6.12 with every known concurrency fault mended: the base, and what 'explore' takes",
    "v6.12": "Linux 6.12.117: what 'conform' takes",
    "v6.1": "Linux 6.1",
    "v4.8": "Linux 4.8 to 4.11 over 6.1: the first run of a vCPU registers the ITSes",
    "its-v7": "the ITS patch of July 2016 over 6.1: INIT registers the device, nothing is locked",
}
"""What each is, in one line."""


def layers_of(revision: str) -> tuple[Layer, ...]:
    """The layers of a revision. Raises UsageError, naming the nearest one there is."""
    if revision not in REVISIONS:
        hint = nearest_revision(revision) or f"; there are {', '.join(REVISIONS)}"
        raise UsageError(f"there is no revision {shown(revision)}{hint}")
    return REVISIONS[revision]


def nearest_revision(asked: str) -> str:
    """A hint at the revision that is meant, or nothing: of kernels by number, else by its letters."""
    kernel = KERNEL.match(asked)
    if kernel is None:
        return nearest(asked, list(REVISIONS))
    major, minor = map(int, kernel.groups())
    known = [(name, found) for name in REVISIONS if (found := KERNEL.match(name)) and int(found[1]) == major]
    near = min(known, key=lambda each: abs(int(each[1][2]) - minor), default=None)
    return "" if near is None else f"; did you mean {near[0]!r}?"
