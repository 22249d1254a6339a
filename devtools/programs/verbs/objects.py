"""Verbs of objects: counts, fields, freeing, and allocations that can fail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.errors import UapiError
from devtools.programs.toy import Object

if TYPE_CHECKING:
    from collections.abc import Mapping

    from devtools.programs.instructions import Instruction
    from devtools.programs.player import ToySession, Verb

MINE = "it"
"""The thing that an instruction calls the object which its task has allocated or found last."""


def object_of(s: ToySession, me: str, it: Instruction) -> Object | None:
    """The object that an instruction is about; None if the task has none."""
    return s.local.get(me) if it.thing == MINE else s.toy.objects[it.thing]


def free_object(s: ToySession, each: Object) -> None:
    """Give an object's memory back."""
    s.journal.touch(each.label, "write")
    each.free()


async def get(s: ToySession, me: str, it: Instruction) -> None:
    """Take a reference."""
    if (each := object_of(s, me, it)) is not None:
        await each.refs.get()


async def get_unless_zero(s: ToySession, me: str, it: Instruction) -> None:
    """Take a reference unless there is none left, and then play the body."""
    if (each := object_of(s, me, it)) is None:
        return
    taken = await each.refs.get_unless_zero()
    s.see(me, taken)
    if taken:
        await s.play_all(me, it.body)


async def put(s: ToySession, me: str, it: Instruction) -> None:
    """Drop a reference; the last one frees the object."""
    if (each := object_of(s, me, it)) is not None and await each.refs.put():
        free_object(s, each)


async def put_not_last(s: ToySession, me: str, it: Instruction) -> None:
    """Drop a reference unless it is the last."""
    if (each := object_of(s, me, it)) is not None:
        s.see(me, await each.refs.put_not_last())


async def use(s: ToySession, me: str, it: Instruction) -> None:
    """Add to the object's word."""
    if (each := object_of(s, me, it)) is not None:
        s.see(me, await each.word.update(lambda old: old + 1))


async def note(s: ToySession, me: str, it: Instruction) -> None:
    """Write the object's first guarded field."""
    if (each := object_of(s, me, it)) is not None:
        each.note = it.number
        s.journal.touch(f"{each.label}.note", "write")
        s.journal.touch(each.label, "read")


async def mark(s: ToySession, me: str, it: Instruction) -> None:
    """Read the object's second guarded field."""
    if (each := object_of(s, me, it)) is not None:
        s.see(me, each.mark)
        s.journal.touch(f"{each.label}.mark", "read")
        s.journal.touch(each.label, "read")


async def free(s: ToySession, me: str, it: Instruction) -> None:
    """Give the object's memory back."""
    if (each := object_of(s, me, it)) is not None:
        free_object(s, each)


async def alloc(s: ToySession, me: str, it: Instruction) -> None:
    """Allocate an object, which may fail; from now on the task calls it `it`."""
    label = f"z of {me} {s.journal.counts.get(me, 0)}"
    try:
        s.local[me] = await s.toy.faults.make(Object, "z", label)
        s.see(me, 1)
    except UapiError as error:
        s.local[me] = None
        s.see(me, error.name)


async def keep(s: ToySession, me: str, it: Instruction) -> None:
    """Let the slot refer to the task's object; what the slot had before is freed."""
    before, s.toy.slot = s.toy.slot, s.local.get(me)
    s.journal.touch("slot", "write")
    if before is not None:
        free_object(s, before)


async def find(s: ToySession, me: str, it: Instruction) -> None:
    """Look what the slot refers to; from now on the task calls it `it`."""
    s.local[me] = s.toy.slot
    s.journal.touch("slot", "read")
    s.see(me, s.local[me] is not None)


OWNING: Mapping[str, Verb] = {
    "get": get,
    "get_unless_zero": get_unless_zero,
    "put": put,
    "put_not_last": put_not_last,
    "use": use,
    "note": note,
    "mark": mark,
    "free": free,
    "alloc": alloc,
    "keep": keep,
    "find": find,
}
