"""Parts: who makes them, of which class, and what they are given."""

from __future__ import annotations

import pytest

from aiovgic.sync import Part, Parts, Runtime, replaces
from tests.sync.threads import Box, Stage


class Cup(Part):
    """A part that is made with arguments."""

    def __init__(self, parts: Parts, name: str, size: int, *, colour: str = "white") -> None:
        super().__init__(parts, name)
        self.size = size
        self.colour = colour

    def holds(self) -> int:
        return self.size


@replaces(Cup)
class Leaks(Cup):
    """Half of it is gone."""

    def holds(self) -> int:
        return super().holds() // 2


@replaces(Box)
class Mute(Box):
    """It has nothing to say."""

    def describe(self) -> str:
        return ""


def test_a_part_gets_its_arguments_its_name_and_its_runtime() -> None:
    rt = Runtime()
    parts = Parts(rt)
    cup = parts.make(Cup, "cup", 8, colour="red")
    assert (cup.name, cup.size, cup.colour, cup.freed) == ("cup", 8, "red", False)
    assert cup.rt is rt
    assert cup.parts is parts
    assert repr(cup) == "cup"


def test_without_a_layer_a_part_is_of_its_own_class() -> None:
    assert type(Parts(Runtime()).make(Cup, "cup", 8)) is Cup
    assert type(Parts(Runtime(), [Mute]).make(Cup, "cup", 8)) is Cup


def test_a_layered_part_is_still_one_of_its_class_by_type_and_name() -> None:
    cup = Parts(Runtime(), [Leaks]).make(Cup, "cup", 8)
    assert isinstance(cup, Cup)
    assert isinstance(cup, Leaks)
    assert type(cup).__name__ == "Cup"


def test_a_class_is_composed_once_for_the_same_layers() -> None:
    one, other = Parts(Runtime(), [Leaks]), Parts(Runtime(), [Leaks])
    assert type(one.make(Cup, "a", 1)) is type(one.make(Cup, "b", 1))
    assert type(one.make(Cup, "a", 1)) is type(other.make(Cup, "b", 1))


def test_a_layer_over_something_else_does_not_count_for_a_class() -> None:
    assert type(Parts(Runtime(), [Leaks, Mute]).make(Cup, "a", 1)) is type(Parts(Runtime(), [Leaks]).make(Cup, "b", 1))


@pytest.mark.parametrize("noting", [pytest.param(True, id="noting first"), pytest.param(False, id="plain first")])
def test_a_class_that_notes_is_not_the_one_that_does_not(noting: bool) -> None:
    one = Parts(Runtime(), [Mute], noting=noting).make(Box, "one")
    other = Parts(Runtime(), [Mute], noting=not noting).make(Box, "other")
    assert type(one) is not type(other)
    assert one.describe() == other.describe() == ""


def test_a_part_without_guarded_fields_needs_no_class_that_notes() -> None:
    assert type(Parts(Runtime(), noting=True).make(Cup, "cup", 8)) is Cup


def test_the_layers_asked_for_can_be_asked() -> None:
    assert Parts(Runtime(), [Leaks, Mute]).layers == (Leaks, Mute)


def test_a_part_names_its_primitives_after_itself(stage: Stage) -> None:
    box = stage.parts.make(Box, "vcpu1")
    names = [thing.name for thing in (box.mutex, box.word, box.refcount, box.srcu, box.queue)]
    assert names == ["vcpu1.mutex", "vcpu1.word", "vcpu1.refcount", "vcpu1.srcu", "vcpu1.queue"]
