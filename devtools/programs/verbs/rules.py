"""Verbs that change what rules look at: list registers, words that publish, guests that do not know what is due."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from devtools.programs.instructions import Instruction
    from devtools.programs.player import ToySession, Verb


async def flush(s: ToySession, me: str, it: Instruction) -> None:
    """Load the interrupt into a list register of this task's."""
    s.toy.interrupt.loader = s.rt.current
    s.journal.touch("loader", "write")


async def fold(s: ToySession, me: str, it: Instruction) -> None:
    """Take the interrupt out of its list register."""
    s.toy.interrupt.loader = None
    s.journal.touch("loader", "write")


async def edit(s: ToySession, me: str, it: Instruction) -> None:
    """Write the mirrored field."""
    s.toy.interrupt.active = it.number
    s.journal.touch("active", "write")


async def glance(s: ToySession, me: str, it: Instruction) -> None:
    """Read the mirrored field without its lock, knowingly."""
    s.see(me, await s.toy.interrupt.data_race(lambda: s.toy.interrupt.active))
    s.journal.touch("active", "read")


async def say(s: ToySession, me: str, it: Instruction) -> None:
    """Publish something."""
    await s.toy.says[it.thing].store(value=True)


async def unsay(s: ToySession, me: str, it: Instruction) -> None:
    """Take back what was published."""
    await s.toy.says[it.thing].store(value=False)


async def build(s: ToySession, me: str, it: Instruction) -> None:
    """What `ready` says is so from now on, or not."""
    s.toy.built = it.number
    s.journal.touch("built", "write")


async def pend(s: ToySession, me: str, it: Instruction) -> None:
    """Something is due for guests from now on, or not."""
    s.toy.due = it.number
    s.journal.touch("due", "write")


async def guest(s: ToySession, me: str, it: Instruction) -> None:
    """Play the body in guest mode."""
    s.toy.inside[me] = True
    await s.play_all(me, it.body)
    s.toy.inside[me] = False


RULED: Mapping[str, Verb] = {
    "flush": flush,
    "fold": fold,
    "edit": edit,
    "glance": glance,
    "say": say,
    "unsay": unsay,
    "build": build,
    "pend": pend,
    "guest": guest,
}
