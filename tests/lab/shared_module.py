"""A module of a user with state, and functions that use it: what tasks share through it is to be named."""

from __future__ import annotations

counter = 0
items: list[int] = []
NAMES = ("one", "two")


def remember() -> None:
    """Change the list of this module."""
    items.append(len(items))
