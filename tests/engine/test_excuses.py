"""Excuses for data races: each covers two places, by their code and the locks they hold, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from aiovgic.engine.detect import Detectors
from aiovgic.engine.excuses import Excuses
from aiovgic.engine.explore import explore
from aiovgic.engine.strategies.dfs import DfsStrategy
from aiovgic.sync import Guarded, GuardedList, Part, Parts, RaceExcuse, Site, replaces
from tests.engine.programs import program
from tests.engine.watched import NO_ORDER

if TYPE_CHECKING:
    from aiovgic.sync import Layer

RACE = ["data-race"]
HELD = "self.mutex"


class Dial(Part):
    """A number that is written under a lock and read without one."""

    number = Guarded(0, by="lock")
    items = GuardedList[int](by="lock")

    def __init__(self, parts: Parts, name: str) -> None:
        super().__init__(parts, name)
        self.mutex = self.lock("lock", sleeps=True)
        self.other = self.lock("other", sleeps=True)
        self.word = self.shared("word", 0)
        self.friend = self if name == "friend" else parts.make(Dial, "friend")

    async def turn(self) -> None:
        """The base writes under the lock."""
        async with self.mutex:
            self.number += 1

    async def turn_bare(self) -> None:
        """A write of the base without the lock."""
        await self.word.load()
        self.number = 1

    async def turn_held(self) -> None:
        """It is called under the lock."""
        async with self.mutex:
            await self.turn_bare()

    async def look(self) -> int:
        """The base reads without the lock."""
        await self.word.load()
        return self.number

    async def look_in_text(self) -> int:
        """The access stands in a lambda and in a comprehension of this function."""
        await self.word.load()
        return max((self.number, 0)[each] for each in sorted([1, 0], key=lambda each: each + self.number))

    async def look_by_helper(self) -> int:
        """The access stands in another function."""
        await self.word.load()
        return self.helper()

    def helper(self) -> int:
        """Reads for its caller."""
        return self.number

    async def add(self) -> None:
        """Changes the list under the lock."""
        async with self.mutex:
            self.items.append(1)

    async def count(self) -> int:
        """Looks at the list without the lock."""
        await self.word.load()
        return len(self.items)


def excuse(read: str, write: Site | None = None, field: str = "number") -> RaceExcuse:
    """KVM reads the dial in this function while it is turned under the lock."""
    return RaceExcuse(
        name=f"dial-{read}",
        why="a test",
        source="nowhere",
        part=Dial,
        field=field,
        write=write or Site(Dial, "turn", (HELD,)),
        read=Site(Dial, read),
    )


def raced(entry: RaceExcuse, one: str, two: str, layers: tuple[Layer, ...] = ()) -> tuple[list[str], list[str]]:
    """What all orders of two methods show, and the excuses that were used."""
    excuses = Excuses.of((entry,))

    def calling(method: str) -> Any:
        async def body(dial: Any) -> None:
            await getattr(dial, method)()

        return body

    made = program(Dial, {"one": calling(one), "two": calling(two)}, layers=layers)
    detectors = Detectors(NO_ORDER, excuses)
    search = explore(made, DfsStrategy(), 1_000, watches=detectors.watches, go_on=True)
    assert search.complete
    return [each.kind for each in search.found.values()], list(excuses.used)


def test_a_race_between_two_excused_places_is_no_finding_and_the_excuse_is_named() -> None:
    assert raced(excuse("look"), "turn", "look") == ([], ["dial-look"])
    assert raced(excuse("look"), "look", "turn") == ([], ["dial-look"])


def test_a_list_has_excuses_as_a_field_has() -> None:
    entry = excuse("count", Site(Dial, "add", (HELD,)), field="items")
    assert raced(entry, "add", "count") == ([], ["dial-count"])


def test_an_excuse_that_no_race_needs_is_not_named() -> None:
    assert raced(excuse("look"), "turn", "turn") == ([], [])


def test_a_writer_that_lacks_a_lock_of_the_entry_is_not_excused() -> None:
    assert raced(excuse("look"), "turn_bare", "look") == (RACE, [])
    assert raced(excuse("look", Site(Dial, "turn_bare", (HELD,))), "turn_bare", "look") == (RACE, [])
    assert raced(excuse("look", Site(Dial, "turn_bare")), "turn_bare", "look") == ([], ["dial-look"])


@replaces(Dial)
class TurnsUnderAnotherLock(Dial):
    """A layer that calls the base under the lock of another object of the class."""

    async def turn(self) -> None:
        async with self.friend.mutex:
            await super().turn_bare()


def test_the_lock_of_another_object_is_not_the_lock_of_the_entry() -> None:
    entry = excuse("look", Site(Dial, "turn_bare", (HELD,)))
    assert raced(entry, "turn_held", "look") == ([], ["dial-look"])
    assert raced(entry, "turn", "look", (TurnsUnderAnotherLock,)) == (RACE, [])


def test_another_reader_is_not_excused() -> None:
    assert raced(excuse("look"), "turn", "look_by_helper") == (RACE, [])


def test_two_excused_writers_are_not_excused_from_each_other() -> None:
    assert raced(excuse("look", Site(Dial, "turn_bare")), "turn_bare", "turn_bare") == (RACE, [])


def test_an_access_belongs_to_the_function_in_whose_text_it_stands() -> None:
    assert raced(excuse("look_in_text"), "turn", "look_in_text") == ([], ["dial-look_in_text"])
    assert raced(excuse("look_by_helper"), "turn", "look_by_helper") == (RACE, [])
    assert raced(excuse("helper"), "turn", "look_by_helper") == ([], ["dial-helper"])


@replaces(Dial)
class TurnsWithTheLock(Dial):
    """An override with the same text as the base."""

    async def turn(self) -> None:
        async with self.mutex:
            self.number += 1


@replaces(Dial)
class TurnsBare(Dial):
    """An override that drops the lock."""

    async def turn(self) -> None:
        await self.word.load()
        self.number += 1


@replaces(Dial)
class TurnsAround(Dial):
    """An override that calls the base."""

    async def turn(self) -> None:
        await super().turn()


def test_an_override_is_not_excused_and_the_base_under_it_is() -> None:
    assert raced(excuse("look"), "turn", "look", (TurnsWithTheLock,)) == (RACE, [])
    assert raced(excuse("look"), "turn", "look", (TurnsBare,)) == (RACE, [])
    assert raced(excuse("look"), "turn", "look", (TurnsAround,)) == ([], ["dial-look"])


@replaces(Dial)
class LooksTwice(Dial):
    """An override that reads once in the base, and once itself before anything else happens."""

    async def look(self) -> int:
        return await super().look() + self.number


def test_an_excused_access_hides_no_other_one() -> None:
    assert raced(excuse("look"), "turn", "look", (LooksTwice,)) == (RACE, ["dial-look"])
    assert raced(excuse("look"), "look", "turn", (LooksTwice,)) == (RACE, ["dial-look"])


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        (excuse("gone"), "Dial defines no function 'gone'"),
        (excuse("look", Site(TurnsBare, "look")), "TurnsBare defines no function 'look'"),
        (excuse("look", Site(Dial, "turn", ("dial.mutex",))), "Dial.turn has no variable 'dial'"),
        (replace(excuse("look"), field="mutex"), "Dial declares no guarded field 'mutex'"),
    ],
)
def test_an_entry_whose_code_does_not_exist_is_refused(entry: RaceExcuse, says: str) -> None:
    with pytest.raises(LookupError) as caught:
        Excuses.of((entry,))
    assert str(caught.value) == says


def test_a_place_says_what_it_is() -> None:
    assert str(Site(Dial, "turn", (HELD, "self.other"))) == "Dial.turn holding self.mutex and self.other"
    assert str(Site(Dial, "look")) == "Dial.look"
