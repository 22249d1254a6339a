"""Guarded fields without notes of accesses: ordinary attributes."""

from __future__ import annotations

import pytest

from aiovgic.sync import Guarded, GuardedList, GuardedMap
from aiovgic.sync.guarded import guarded_fields
from tests.sync.threads import Box, Stage


class LargerBox(Box):
    """A box with fields of its own, one of them its base's."""

    size = Guarded(9, by="lock")
    count = Guarded(1, by="lock")


def test_a_field_has_its_default_until_it_is_written(stage: Stage) -> None:
    assert (stage.box.count, stage.box.owner) == (0, None)
    stage.box.count = 3
    stage.box.owner = "vcpu0"
    assert (stage.box.count, stage.box.owner) == (3, "vcpu0")


def test_a_field_of_one_part_is_not_that_of_another(stage: Stage) -> None:
    neighbour = stage.parts.make(Box, "neighbour")
    stage.box.count = 3
    stage.box.items.append(1)
    stage.box.names[1] = "one"
    assert (neighbour.count, neighbour.items, neighbour.names) == (0, [], {})


def test_a_list_and_a_map_are_empty_plain_and_stay_the_same_object(stage: Stage) -> None:
    box = stage.box
    assert (box.items, box.names) == ([], {})
    assert (type(box.items), type(box.names)) == (list, dict)
    assert box.items is box.items
    assert box.names is box.names


def test_a_written_field_is_an_attribute_without_a_descriptor_in_between(stage: Stage) -> None:
    stage.box.count = 3
    assert vars(stage.box)["count"] == 3
    assert not hasattr(Guarded, "__set__")


def test_nothing_is_noted_unless_asked_for(stage: Stage) -> None:
    stage.box.count += 1
    stage.box.items.append(1)
    stage.box.names[1] = "one"
    assert stage.rt.notes == []


@pytest.mark.parametrize(
    ("field", "by"),
    [
        pytest.param("count", "lock", id="one lock"),
        pytest.param("owner", ("lock", "irq_lock"), id="two locks"),
        pytest.param("items", "lock", id="a list"),
        pytest.param("names", "lock", id="a map"),
    ],
)
def test_the_class_says_which_lock_guards_a_field(field: str, by: str | tuple[str, ...]) -> None:
    declared = getattr(Box, field)
    assert isinstance(declared, (Guarded, GuardedList, GuardedMap))
    assert (declared.field, declared.by) == (field, by)


def test_the_fields_of_a_class_are_in_order_of_declaration_its_bases_first() -> None:
    assert [field.field for field in guarded_fields(LargerBox)] == ["count", "owner", "items", "names", "size"]


def test_a_redeclared_field_is_that_of_the_class_itself() -> None:
    assert [field for field in guarded_fields(LargerBox) if field.field == "count"] == [LargerBox.count]
    assert [field for field in guarded_fields(Box) if field.field == "count"] == [Box.count]
