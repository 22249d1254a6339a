"""Guarded fields with notes: every access is told, and nothing else is different."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from aiovgic.record.finding import Violation
from aiovgic.sync import Constant, Guarded, Parts, Runtime
from tests.sync.threads import Box, Stage

if TYPE_CHECKING:
    from collections.abc import Callable

READ = ["read box.items"]
WRITE = ["write box.items"]
LOOK = ["read box.names"]
CHANGE = ["write box.names"]


class Pail(Box):
    """A box with one field more."""

    level = Guarded(5, by="lock")


class Marked(Box):
    """A box with a field that never changes."""

    kind = Constant("box")


@pytest.mark.parametrize("noting", [True, False])
def test_a_constant_has_its_value_and_to_write_it_is_a_finding(noting: bool) -> None:
    box = Parts(Runtime(), noting=noting).make(Marked, "box")
    assert box.kind == "box"
    with pytest.raises(Violation) as caught:
        box.kind = "barrel"
    assert caught.value.finding.rule == "constant-written"
    assert caught.value.finding.title == "box.kind is written, and is declared constant"
    assert box.kind == "box"


def noted() -> Stage:
    """A stage whose fields are noted."""
    return Stage(noting=True)


def test_a_read_is_noted_and_gives_the_default() -> None:
    stage = noted()
    assert stage.box.count == 0
    assert stage.rt.taken() == ["read box.count"]


def test_a_write_is_noted_and_kept() -> None:
    stage = noted()
    stage.box.count = 3
    assert stage.rt.taken() == ["write box.count"]
    assert stage.box.count == 3


def test_a_change_in_place_is_a_read_and_a_write() -> None:
    stage = noted()
    stage.box.count += 1
    assert stage.rt.taken() == ["read box.count", "write box.count"]


def test_a_field_of_one_part_is_noted_under_its_name() -> None:
    stage = noted()
    neighbour = stage.parts.make(Box, "neighbour")
    neighbour.count = stage.box.count
    assert stage.rt.taken() == ["read box.count", "write neighbour.count"]


def test_the_fields_of_a_base_are_noted_too() -> None:
    stage = noted()
    pail = stage.parts.make(Pail, "pail")
    assert pail.level + pail.count == 5
    assert stage.rt.taken() == ["read pail.level", "read pail.count"]


def test_the_class_still_says_which_lock_guards_a_noted_field() -> None:
    stage = noted()
    assert type(stage.box).count is Box.count
    assert stage.rt.notes == []


def test_touching_a_list_or_a_map_as_such_is_not_noted() -> None:
    stage = noted()
    assert stage.box.items is stage.box.items
    assert stage.box.names is stage.box.names
    assert stage.rt.notes == []


@pytest.mark.parametrize(
    ("access", "gives", "notes"),
    [
        pytest.param(lambda items: 2 in items, True, READ, id="whether it holds one"),
        pytest.param(lambda items: items[1], 1, READ, id="one of it"),
        pytest.param(lambda items: items[1:], [1, 2], READ, id="a slice"),
        pytest.param(lambda items: next(iter(items)), 3, READ, id="its first"),
        pytest.param(len, 3, READ, id="its length"),
        pytest.param(bool, True, READ, id="whether it is empty"),
        pytest.param(lambda items: next(reversed(items)), 2, READ, id="its last"),
        pytest.param(lambda items: items.index(2), 2, READ, id="where one is"),
        pytest.param(lambda items: items.count(2), 1, READ, id="how many there are"),
        pytest.param(max, 3, READ, id="its greatest"),
        pytest.param(lambda items: items.append(4), None, WRITE, id="append"),
        pytest.param(lambda items: items.extend([4]), None, WRITE, id="extend"),
        pytest.param(lambda items: items.insert(0, 4), None, WRITE, id="insert"),
        pytest.param(lambda items: items.pop(), 2, WRITE, id="pop"),
        pytest.param(lambda items: items.remove(1), None, WRITE, id="remove"),
        pytest.param(lambda items: items.sort(), None, WRITE, id="sort"),
        pytest.param(lambda items: items.reverse(), None, WRITE, id="reverse"),
        pytest.param(lambda items: items.clear(), None, WRITE, id="clear"),
        pytest.param(lambda items: items.__setitem__(0, 4), None, WRITE, id="replace one"),
        pytest.param(lambda items: items.__delitem__(0), None, WRITE, id="delete one"),
    ],
)
def test_a_look_at_a_list_is_one_read_and_a_change_one_write(
    access: Callable[[list[int]], object], gives: object, notes: list[str]
) -> None:
    stage = noted()
    stage.box.items.extend([3, 1, 2])
    stage.rt.taken()
    assert access(stage.box.items) == gives
    assert stage.rt.taken() == notes


@pytest.mark.parametrize(
    ("access", "gives", "notes"),
    [
        pytest.param(lambda names: 1 in names, True, LOOK, id="whether it has a key"),
        pytest.param(lambda names: names[1], "one", LOOK, id="one of it"),
        pytest.param(lambda names: names.get(3), None, LOOK, id="one that may be missing"),
        pytest.param(lambda names: next(iter(names)), 1, LOOK, id="its first key"),
        pytest.param(len, 2, LOOK, id="its length"),
        pytest.param(lambda names: list(names.keys()), [1, 2], LOOK, id="its keys"),
        pytest.param(lambda names: list(names.values()), ["one", "two"], LOOK, id="its values"),
        pytest.param(lambda names: dict(names.items()), {1: "one", 2: "two"}, LOOK, id="its items"),
        pytest.param(lambda names: names.__setitem__(3, "three"), None, CHANGE, id="set"),
        pytest.param(lambda names: names.__delitem__(1), None, CHANGE, id="delete"),
        pytest.param(lambda names: names.pop(1), "one", CHANGE, id="pop"),
        pytest.param(lambda names: names.popitem(), (2, "two"), CHANGE, id="pop any"),
        pytest.param(lambda names: names.setdefault(1, ""), "one", CHANGE, id="set unless there"),
        pytest.param(lambda names: names.update({3: "three"}), None, CHANGE, id="update"),
        pytest.param(lambda names: names.clear(), None, CHANGE, id="clear"),
    ],
)
def test_a_look_at_a_map_is_one_read_and_a_change_one_write(
    access: Callable[[dict[int, str]], object], gives: object, notes: list[str]
) -> None:
    stage = noted()
    stage.box.names.update({1: "one", 2: "two"})
    stage.rt.taken()
    assert access(stage.box.names) == gives
    assert stage.rt.taken() == notes


def test_a_copy_of_a_list_or_a_map_is_a_read_and_plain() -> None:
    stage = noted()
    assert type(list(stage.box.items)) is list
    assert set(stage.rt.taken()) == set(READ)
    assert type(dict(stage.box.names)) is dict
    assert set(stage.rt.taken()) == set(LOOK)


def test_a_container_that_is_replaced_is_a_write_and_is_noted_from_then_on() -> None:
    stage = noted()
    stage.box.items = [1, 2]
    stage.box.items.append(3)
    assert stage.rt.taken() == WRITE * 2


def test_growing_a_list_in_place_is_a_write() -> None:
    stage = noted()
    items = stage.box.items
    items += [1]
    assert stage.rt.taken() == WRITE


def test_comparing_a_map_is_a_read() -> None:
    stage = noted()
    assert stage.box.names == {}
    assert stage.rt.taken() == LOOK


class Heard(Box):
    """A box that hears of the writes of a field."""

    level = Guarded(5, by="lock")
    HEARS = ("level",)

    def wrote(self, field: str, before: object) -> None:
        vars(self).setdefault("told", []).append((field, before))


@pytest.mark.parametrize("noting", [True, False])
def test_a_part_is_told_of_each_write_of_a_field_that_it_hears_of(noting: bool) -> None:
    box = Parts(Runtime(), noting=noting).make(Heard, "box")
    box.level = 6
    box.level = 6
    assert (box.level, vars(box)["told"]) == (6, [("level", 5), ("level", 6)])
