"""Making a program that shows a difference smaller: statements, tasks and extras go while a difference stays."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from devtools.programs.instructions import Instruction, Listing

    Body = tuple[Instruction, ...]


def shrink(listing: Listing, differs: Callable[[Listing], bool]) -> Listing:
    """The smallest program on the way down from ``listing`` that still ``differs``; ``listing`` must."""
    found = True
    while found:
        found = False
        for smaller in smaller_ones(listing):
            if differs(smaller):
                listing, found = smaller, True
                break
    return listing


def smaller_ones(listing: Listing) -> Iterator[Listing]:
    """Every program that has one thing less."""
    for name in listing.tasks:
        yield without(listing, name)
    if listing.never:
        yield replace(listing, never=())
    if listing.failures:
        yield replace(listing, failures=0)
    for name in listing.handlers:
        yield replace(listing, handlers=tuple(each for each in listing.handlers if each != name))
    for name, body in listing.tasks.items():
        for smaller in smaller_bodies(body):
            yield replace(listing, tasks={**listing.tasks, name: smaller})


def without(listing: Listing, name: str) -> Listing:
    """The program without one task."""
    tasks = {each: body for each, body in listing.tasks.items() if each != name}
    cpus = {each: listing.cpus[each] for each in tasks}
    return replace(listing, tasks=tasks, cpus=cpus, handlers=tuple(each for each in listing.handlers if each != name))


def smaller_bodies(body: Body) -> Iterator[Body]:
    """Every body with one instruction less, with the inside of one in its place, or with a plainer one."""
    for at, it in enumerate(body):
        before, after = body[:at], body[at + 1 :]
        yield before + after
        if it.body:
            yield before + it.body + after
        if it.order:
            yield (*before, replace(it, order=""), *after)
        for smaller in smaller_bodies(it.body):
            yield (*before, replace(it, body=smaller), *after)
