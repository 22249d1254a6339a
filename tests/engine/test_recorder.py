"""What a recorded execution writes down, and that writing it down is no access."""

from __future__ import annotations

from aiovgic.engine.replaying import replay
from aiovgic.record.schedule import Schedule
from aiovgic.sync import Guarded, GuardedList, GuardedMap, Part, Parts
from tests.engine.programs import program


class Box(Part):
    """A field, a list, a map, and a shared map that is changed in place."""

    number = Guarded(0, by="lock")
    names = GuardedList[str](by="lock")
    by_name = GuardedMap[str, int](by="lock")

    def __init__(self, parts: Parts, name: str) -> None:
        super().__init__(parts, name)
        self.index = self.shared("index", dict[int, str]())


async def changes_all(box: Box) -> None:
    box.number = 7
    box.names.append("a")
    box.by_name["a"] = 1
    (await box.index.update(lambda entries: entries))[3] = "b"


def test_every_change_is_written_down_with_the_value_after_it_and_nothing_else_is() -> None:
    again = replay(program(Box, {"one": changes_all}), Schedule())
    assert [(event.kind_of, event.what, event.detail) for event in again.events if event.kind_of != "fact"] == [
        ("write", "p.number", "0x7"),
        ("write", "p.names", "[a]"),
        ("write", "p.by_name", "{a:0x1}"),
        ("step", "p.index", "update {} -> {0x3:b}"),
    ]
