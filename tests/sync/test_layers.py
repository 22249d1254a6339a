"""Layers: what may be one, in which order they lie, and that no call goes around them."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

import pytest

from aiovgic.arch.register import W32, Reg
from aiovgic.arch.words import Word
from aiovgic.model.mmio import Access, Frame, On, Table
from aiovgic.sync import Guarded, Layer, Part, Parts, Runtime, replaces

if TYPE_CHECKING:
    from aiovgic.model.vcpu import Vcpu
    from aiovgic.model.vm import Vm


class Animal(Part):
    """What the layers below replace."""

    legs = Guarded(4, by="lock")
    SOUND: ClassVar[str] = "nothing"

    def says(self) -> list[str]:
        return [self.SOUND]

    def repeats(self) -> list[str]:
        return self.says() * 2


class Dog(Animal):
    """An animal that replaces nothing itself."""

    def fetches(self) -> list[str]:
        return ["stick", *self.says()]


class Cat(Dog):
    """A base two steps away."""


@replaces(Animal)
class Loud(Animal):
    """It says it aloud."""

    def says(self) -> list[str]:
        return ["loudly", *super().says()]


@replaces(Animal)
class Twice(Animal):
    """It says it twice."""

    def says(self) -> list[str]:
        return ["twice", *super().says()]


@replaces(Animal)
class Barks(Animal):
    """It has something to say."""

    SOUND: ClassVar[str] = "woof"


@replaces(Dog)
class Lazy(Dog):
    """It fetches nothing."""

    def fetches(self) -> list[str]:
        return self.says()


class Counter(Frame):
    """A frame with one register."""

    async def read_count(self, at: Access) -> int:
        return 1

    async def write_count(self, at: Access, value: int) -> None:
        raise LookupError("base")

    TABLE = Table([On(Reg(0, "COUNT", Word, W32), read=read_count, write=write_count)])


@replaces(Counter)
class Stuck(Counter):
    """A frame whose register is stuck."""

    async def read_count(self, at: Access) -> int:
        return 10 + await super().read_count(at)

    async def write_count(self, at: Access, value: int) -> None:
        raise LookupError("layer")


def animal(base: type[Animal], *layers: Layer) -> Animal:
    return Parts(Runtime(), layers).make(base, "it")


@pytest.mark.parametrize(
    ("layers", "says"),
    [
        pytest.param((), ["nothing"], id="no layer"),
        pytest.param((Loud,), ["loudly", "nothing"], id="one layer"),
        pytest.param((Loud, Twice), ["twice", "loudly", "nothing"], id="two layers"),
        pytest.param((Twice, Loud), ["loudly", "twice", "nothing"], id="the other way round"),
        pytest.param((Twice, Barks, Loud), ["loudly", "twice", "woof"], id="a constant among them"),
    ],
)
def test_layers_lie_in_order_the_last_outermost(layers: tuple[Layer, ...], says: list[str]) -> None:
    assert animal(Animal, *layers).says() == says


def test_a_method_of_the_base_calls_what_the_layer_replaced() -> None:
    assert animal(Animal, Barks).repeats() == ["woof", "woof"]


@pytest.mark.parametrize("base", [pytest.param(Dog, id="one step up"), pytest.param(Cat, id="two steps up")])
def test_a_layer_over_a_base_class_is_used_by_all_that_inherit_from_it(base: type[Dog]) -> None:
    dog = Parts(Runtime(), [Loud, Barks]).make(base, "it")
    assert dog.says() == ["loudly", "woof"]
    assert dog.fetches() == ["stick", "loudly", "woof"]


def test_layers_over_a_class_and_over_its_base_lie_together() -> None:
    for layers in ([Lazy, Loud], [Loud, Lazy]):
        assert Parts(Runtime(), layers).make(Dog, "it").fetches() == ["loudly", "nothing"]


def test_a_layer_over_a_class_is_not_used_by_its_base() -> None:
    assert type(animal(Animal, Lazy)) is Animal


def test_a_layer_may_replace_a_default() -> None:
    hopping = replaces(Animal)(type("Hopping", (Animal,), {"legs": Guarded(2, by="lock")}))
    assert animal(Animal, hopping).legs == 2


def test_a_register_of_a_table_is_read_and_written_through_the_layer() -> None:
    at = Access(cast("Vcpu", None), None, 0, 4)
    plain, stuck = (Parts(Runtime(), layers).make(Counter, "it", cast("Vm", None)) for layers in ((), (Stuck,)))
    rt = Runtime()
    assert [rt.finish(frame.dispatch_read(at)) for frame in (plain, stuck)] == [1, 11]
    assert [rt.finish(frame.uaccess_read(at)) for frame in (plain, stuck)] == [1, 11]
    for frame, where in ((plain, "base"), (stuck, "layer")):
        with pytest.raises(LookupError, match=where):
            rt.finish(frame.dispatch_write(at, 0))


@pytest.mark.parametrize(
    ("bases", "names", "message"),
    [
        pytest.param((Dog,), {}, "Bad must be a direct subclass of Animal", id="of a subclass"),
        pytest.param((Part,), {}, "Bad must be a direct subclass of Animal", id="of something else"),
        pytest.param((Animal, Runtime), {}, "Bad must be a direct subclass of Animal", id="of two classes"),
        pytest.param((Animal,), {"__init__": print}, "Bad must not have an __init__", id="with an init"),
        pytest.param(
            (Animal,),
            {"sayz": print},
            "Bad.sayz replaces nothing: Animal has no such name; did you mean 'says'?",
            id="with a new name",
        ),
        pytest.param(
            (Animal,),
            {"says": print, "_helper": print},
            "Bad._helper replaces nothing: Animal has no such name; put @helper over a method of the layer's own",
            id="with a new private name",
        ),
    ],
)
def test_what_is_no_layer_is_refused(bases: tuple[type, ...], names: dict[str, object], message: str) -> None:
    with pytest.raises(TypeError) as caught:
        replaces(Animal)(type("Bad", bases, names))
    assert str(caught.value) == message
