"""Data races: two accesses of one guarded field, one of them a write, that nothing orders.

FastTrack's epochs: of a field only the last write and the reads since it are kept. As in KCSAN
a pair is no race if one of the two is a `data_race` read: whoever wrote that knew. A race on a
field that is declared ``known`` is listed as known, and is no finding, if whoever wrote held the field's lock:
what is known is that some look without it.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from aiovgic.engine.clocks import Clocks
from aiovgic.engine.places import NOWHERE, calling, place_of
from aiovgic.record.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiovgic.engine.clocks import ContextClock
    from aiovgic.engine.places import Where
    from aiovgic.engine.trampoline import Execution
    from aiovgic.record.finding import Place
    from aiovgic.sync import Declared, Part

RULE = "happens-before"

Access = tuple["ContextClock", int, "Place | None"]
"""Who, when by its own time, and where; that only if somebody wants to know."""


class History:
    """What is known of one field of one part."""

    __slots__ = ("bare", "read", "written")

    def __init__(self) -> None:
        self.written: Access | None = None
        self.bare = False
        """Of a field that is known to race: whether it was written without its lock."""
        self.read: dict[int, Access] = {}
        """The last read of each context since."""

    def accesses(self) -> Iterator[tuple[Access, bool]]:
        """All of them, and whether each is a write."""
        if self.written is not None:
            yield self.written, True
        for read in self.read.values():
            yield read, False


class Races(Clocks):
    """Finds data races. ``exact``: notes file, line and locks of every access, which is slow."""

    def __init__(self, *, exact: bool = False) -> None:
        super().__init__()
        self.exact = exact
        self.fields: dict[Part, dict[Declared, History]] = {}
        self.known: dict[str, str] = {}
        """The fields of which it is known that they race, and why; of all executions."""

    def begin(self, execution: Execution) -> None:
        super().begin(execution)
        self.fields.clear()

    def note(self, part: Part, field: Declared, *, write: bool, marked: bool) -> None:
        if marked:
            return
        me = self.mine()
        fields = self.fields.get(part)
        if fields is None:
            fields = self.fields[part] = {}
        history = fields.get(field)
        if history is None:
            history = fields[field] = History()
        written = history.written
        if written is not None and written[0] is me and written[1] == me.time and not history.read:
            return  # nobody has learnt anything of me since
        mine = history.read.get(me.number)
        if not write and mine is not None and mine[1] == me.time:
            return
        access: Access = (me, me.time, self.here(me, part, field, write=write) if self.exact else None)
        bare = write and bool(field.known) and not field.lockless and without(me, field)
        if written is not None and not me.knows(written[0], written[1]):
            self.race(part, field, written, access, (True, write), known=not (bare or history.bare))
        if write:
            for read in history.read.values():
                if not me.knows(read[0], read[1]):
                    self.race(part, field, read, access, (False, True), known=not bare)
            history.written, history.bare = access, bare
            history.read.clear()
        else:
            history.read[me.number] = access

    def freed(self, part: Part) -> None:
        """Memory is given back: every access of it must come before.

        Each access that does not is reported. Which one came first can depend on steps that commute.
        """
        fields = self.fields.pop(part, None)
        if fields is None:
            return
        me, known = self.mine(), self.known_to_free()
        for field, history in fields.items():
            for access, write in history.accesses():
                number = access[0].number
                if access[0] is not me and (number >= len(known) or known[number] < access[1]):
                    self.lost(part, field, access, write=write)

    def lost(self, part: Part, field: Declared, access: Access, *, write: bool) -> None:
        """Whoever touches a part might as well do so after it is freed."""
        assert self.execution is not None
        clock, _, where = access
        toucher = where or place(clock, part, field, NOWHERE, write=write)
        freeing = self.execution.rt.frees[part.ident]
        verb = "written" if write else "read"
        touched = f"{part.name}.{field.field} is {verb} by {toucher.task}"
        title = f"{touched}, and {part.name} freed by {freeing.task}, in no order"
        self.execution.report(
            Finding(
                kind="use-after-free",
                rule=RULE,
                title=title,
                places=(toucher, freeing),
                freed=part.ident,
                ends=False,
            )
        )

    def here(self, me: ContextClock, part: Part, field: Declared, *, write: bool) -> Place:
        """Where whoever runs is."""
        return place(me, part, field, calling(sys._getframe(2)), write=write)  # noqa: SLF001

    def race(
        self, part: Part, field: Declared, before: Access, now: Access, writes: tuple[bool, bool], *, known: bool
    ) -> None:
        """Two accesses race; from now on their order counts, even if it is known that they do."""
        assert self.execution is not None
        self.execution.promote(field)
        if field.known and known:
            self.known[f"{type(part).__name__}.{field.field}"] = field.known
            return
        places = tuple(
            where or place(clock, part, field, NOWHERE, write=write)
            for (clock, _, where), write in zip((before, now), writes, strict=True)
        )
        verbs = ["written" if write else "read" for write in writes]
        what = f"{part.name}.{field.field}"
        title = f"{what} is {verbs[0]} by {places[0].task} and {verbs[1]} by {places[1].task}, in no order"
        by = field.by if isinstance(field.by, str) else " and ".join(field.by)
        saw = (f"{what} is guarded by {by}",)
        self.execution.report(Finding(kind="data-race", rule=RULE, title=title, saw=saw, places=places, ends=False))


def without(me: ContextClock, field: Declared) -> bool:
    """Whether whoever runs holds none of the locks that guard a field."""
    by = (field.by,) if isinstance(field.by, str) else field.by
    return not any(lock.cls in by for lock in me.task.context.held)


def place(me: ContextClock, part: Part, field: Declared, where: Where, *, write: bool) -> Place:
    """One side of a race."""
    return place_of(me.task, where, "write" if write else "read", f"{part.name}.{field.field}")
