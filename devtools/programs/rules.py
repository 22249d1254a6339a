"""What the toy is asked besides what every execution is asked: at quiet points, when a word publishes, at the end.

The rules have the shape of those in `check`: each reads the state of a moment, whatever step changed it.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from aiovgic.record.finding import Violation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from devtools.programs.instructions import Listing
    from devtools.programs.toy import Toy


def published(toy: Toy) -> Iterator[Violation]:
    """Words that say something that is not so."""
    if toy.says["ready"].value and not toy.built:
        yield Violation("publication", "ready-too-early", "the toy is ready, and is not built")
    if toy.says["open"].value and not toy.words["u"].value:
        yield Violation("publication", "vcpu-incomplete", "the toy is open, and u is 0")


def settled(toy: Toy, name: str) -> Iterator[Violation]:
    """What the task of this name, if it is in guest mode, will not hear of."""
    if toy.inside.get(name) and toy.due and not toy.words["request"].value:
        yield Violation("lost-interrupt", "not-kicked", f"{name} is in its guest, and does not know what is due")


def quiet(toy: Toy) -> Iterator[Violation]:
    """What no state at a quiet point may be."""
    yield from published(toy)
    twice = [item for item, count in Counter(toy.items).items() if count > 1]
    if twice:
        yield Violation("list", "list-mismatch", f"{twice[0]} is on the list twice")
    lost = sorted(each.label for each in toy.made() if not each.freed and each is not toy.slot)
    if lost:
        yield Violation("leak", "lost", f"{lost[0]} is not freed, and nothing refers to it")


def judge(toy: Toy, listing: Listing) -> Iterator[Violation]:
    """What the program says must not be at the end."""
    for word, value in listing.never:
        if toy.words[word].value == value:
            yield Violation("expectation", "never", f"{word} is {value} at the end")
