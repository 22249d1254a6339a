"""Verbs that decide what comes next: conditions, choices, repetitions, assertions, new tasks, hand-overs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.sync import Context, Interrupt, Resched
from devtools.programs.verbs.locks import released

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiovgic.sync import Script
    from devtools.programs.instructions import Instruction
    from devtools.programs.player import ToySession, Verb

TRIES = 2
"""Times that `retry` plays its body at most."""


async def when(s: ToySession, me: str, it: Instruction) -> None:
    """Play the body if the task has read something other than 0 last."""
    if s.last(me):
        await s.play_all(me, it.body)


async def unless(s: ToySession, me: str, it: Instruction) -> None:
    """Play the body if the task has read 0 last."""
    if not s.last(me):
        await s.play_all(me, it.body)


async def expect(s: ToySession, me: str, it: Instruction) -> None:
    """Assert what the task has read last; this can end the execution."""
    assert s.last(me) == it.number, f"{me} has read {s.last(me)}, not {it.number}"


async def choose(s: ToySession, me: str, it: Instruction) -> None:
    """A choice of so many alternatives."""
    s.see(me, await s.toy.choose(it.number, "toss"))


async def retry(s: ToySession, me: str, it: Instruction) -> None:
    """Play the body until the task has read something other than 0, and let others run in between."""
    for _ in range(TRIES):
        await s.play_all(me, it.body)
        if s.last(me):
            return
        await Resched()


async def resched(s: ToySession, me: str, it: Instruction) -> None:
    """Let others run (cond_resched)."""
    await Resched()


async def interrupt(s: ToySession, me: str, it: Instruction) -> None:
    """The first point of a handler that does nothing else there."""
    await Interrupt()


async def spawn(s: ToySession, me: str, it: Instruction) -> None:
    """Start a task of its own, on the same CPU."""
    name = f"{me}+{it.number}"
    s.journal.touch(f"birth of {name}", "write")
    script: Script[None] = s.script_of(name, it.body)()
    s.rt.spawn(script, Context(name, s.rt.current.cpu))


async def ask(s: ToySession, me: str, it: Instruction) -> None:
    """Hand over to the server, which works in this task's context; the lock lets one in at a time."""
    async with s.toy.commands:
        s.see(me, await s.toy.channel.call(it.number))
    released(s, s.toy.commands)


async def serve(s: ToySession, request: int) -> int:
    """The server's side: 1 and 2 are added to `v`, 3 asserts that `u` is 0, 4 adds to `v` under lock `b`."""
    if request == 3:  # noqa: PLR2004  the table is the docstring
        assert not await s.toy.words["u"].load(), "the server has read u"
        return 0
    if request < 3:  # noqa: PLR2004  the same
        return await s.toy.words["v"].update(lambda old: old + request)
    async with s.toy.locks["b"]:
        before = await s.toy.words["v"].update(lambda old: old + 1)
    released(s, s.toy.locks["b"])
    return before


CONTROL: Mapping[str, Verb] = {
    "when": when,
    "unless": unless,
    "expect": expect,
    "choose": choose,
    "retry": retry,
    "resched": resched,
    "interrupt": interrupt,
    "spawn": spawn,
    "ask": ask,
}
