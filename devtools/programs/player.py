"""Playing a toy program: a session that sets up the toy and plays each task's instructions."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

from aiovgic.engine.program import TaskSpec
from aiovgic.sync import Parts
from devtools.programs import rules
from devtools.programs.instructions import Instruction
from devtools.programs.journal import Journal
from devtools.programs.toy import Toy
from devtools.programs.verbs import VERBS
from devtools.programs.verbs.control import serve
from devtools.programs.verbs.waits import Killed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiovgic.record.finding import Violation
    from aiovgic.sync import Context, Runtime, Shared
    from devtools.programs.instructions import Listing
    from devtools.programs.toy import Object

Verb: TypeAlias = Callable[["ToySession", str, Instruction], Coroutine[Any, Any, None]]
"""What an instruction does, for the task of this name."""


class ToyProgram:
    """Sets up a toy for every search; ``last`` is the latest one."""

    def __init__(self, listing: Listing) -> None:
        self.listing = listing
        self.last: ToySession | None = None

    def __call__(self, rt: Runtime) -> ToySession:
        self.last = ToySession(rt, self.listing)
        return self.last


class ToySession:
    """One toy, and the tasks that race on it."""

    def __init__(self, rt: Runtime, listing: Listing) -> None:
        self.rt = rt
        self.listing = listing
        self.reached: tuple[int, ...] = ()
        self.journal = Journal(rt, tuple(listing.cpus[name] for name in listing.handlers), listing.tasks)
        self.toy = Parts(rt, noting=rt.noting).make(Toy, "toy", self.serve, listing.failures)
        self.observed: dict[str, list[Any]] = {}
        self.local: dict[str, Object | None] = {}
        """The object that each task has allocated or found last."""
        self.tasks = tuple(
            TaskSpec(name, self.script_of(name, body), listing.cpus[name], isr=name in listing.handlers)
            for name, body in listing.tasks.items()
        )

    def script_of(self, name: str, body: tuple[Instruction, ...]) -> Callable[[], Coroutine[Any, Any, None]]:
        """What starts a task."""
        return partial(self.followed, name, body)

    async def followed(self, name: str, body: tuple[Instruction, ...]) -> None:
        """A whole task, whose operations the journal writes down."""
        await self.journal.follow(self.play(name, body))

    async def play(self, name: str, body: tuple[Instruction, ...]) -> None:
        """A whole task, or as far as it is not killed."""
        try:
            await self.play_all(name, body)
        except Killed:
            self.see(name, "killed")

    async def play_all(self, me: str, body: Sequence[Instruction]) -> None:
        """Instructions of one task, one after the other."""
        for instruction in body:
            await VERBS[instruction.verb](self, me, instruction)

    async def serve(self, request: int) -> int:
        """The server's work for one request."""
        result: int = await self.journal.follow(serve(self, request), ends=False)
        return result

    def see(self, me: str, value: Any) -> None:
        """A task has read something."""
        self.observed.setdefault(me, []).append(value)

    def last(self, me: str) -> Any:
        """What a task has read last; 0 if it has read nothing."""
        seen = self.observed.get(me)
        return seen[-1] if seen else 0

    # -- what the engine asks -------------------------------------------------------------------

    def published(self, word: Shared[Any]) -> Sequence[Violation]:
        """What is not so although a word says it; every word is asked for all that the words say."""
        return tuple(rules.published(self.toy))

    def settles(self, me: Context) -> bool:
        """Whether `settled` may find something before the next step of this task: it is in guest mode."""
        return self.toy.inside.get(me.name, False)

    def settled(self, me: Context) -> Sequence[Violation]:
        """What a task that is left alone will not hear of."""
        return tuple(rules.settled(self.toy, me.name))

    def quiet(self) -> Sequence[Violation]:
        """What is broken when no task can go on."""
        return tuple(rules.quiet(self.toy))

    def judge(self) -> Sequence[Violation]:
        """What the listing says must not be at the end."""
        return tuple(rules.judge(self.toy, self.listing))

    def outcome(self) -> dict[str, Any]:
        """What every task read, and the state at the end."""
        return {"observed": {name: self.observed[name] for name in sorted(self.observed)}, **self.toy.shown()}
