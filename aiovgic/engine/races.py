"""Data races: two accesses of one guarded field, one of them a write, that nothing orders.

FastTrack's epochs: of a field only the last write and the reads since it are kept. As in KCSAN
a pair is no race if one of the two is a `data_race` read. A race between two
places that an excuse names is no finding. Of a field that has an excuse, the last access of every context at every
such place is kept, so that an excused access hides no other one.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from aiovgic.engine.clocks import Clocks
from aiovgic.engine.excuses import Excuses
from aiovgic.engine.places import NOWHERE, accessing, called, place_of
from aiovgic.record.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiovgic.engine.clocks import ContextClock
    from aiovgic.engine.excuses import Sides
    from aiovgic.engine.places import Where
    from aiovgic.engine.trampoline import Execution
    from aiovgic.record.finding import Place
    from aiovgic.sync import Declared, Part

RULE = "happens-before"


Access = tuple["ContextClock", int, "Place | None"]
"""An access: its context, the context's own time, and its place, which is None unless places are noted."""


class FieldAccesses:
    """What is known of one field of one part."""

    __slots__ = ("read", "written")

    def __init__(self) -> None:
        self.written: Access | None = None
        self.read: dict[int, Access] = {}
        """The last read of each context since."""

    def accesses(self) -> Iterator[tuple[Access, bool]]:
        """All of them, and whether each is a write."""
        if self.written is not None:
            yield self.written, True
        for read in self.read.values():
            yield read, False


class PlacedAccesses:
    """What is known of one field that has excuses: the last access by context, verb and excused places."""

    __slots__ = ("last",)

    def __init__(self) -> None:
        self.last: dict[tuple[int, bool, Sides], Access] = {}

    def accesses(self) -> Iterator[tuple[Access, bool]]:
        """All of them, and whether each is a write."""
        for (_, write, _), access in self.last.items():
            yield access, write


class Races(Clocks):
    """Finds data races. ``exact``: notes file, line and locks of every access, which is slow."""

    def __init__(self, excuses: Excuses | None = None, *, exact: bool = False) -> None:
        super().__init__()
        self.excuses = Excuses.of(()) if excuses is None else excuses
        self.exact = exact
        self.fields: dict[Part, dict[Declared, FieldAccesses]] = {}
        self.placed: dict[Part, dict[Declared, PlacedAccesses]] = {}
        """Of fields that have excuses."""

    def begin(self, execution: Execution) -> None:
        super().begin(execution)
        self.fields.clear()
        self.placed.clear()

    def note(self, part: Part, field: Declared, *, write: bool, marked: bool) -> None:
        if marked:
            return
        if field in self.excuses.races:
            self.note_placed(part, field, write=write)
            return
        me = self.mine()
        fields = self.fields.get(part)
        if fields is None:
            fields = self.fields[part] = {}
        history = fields.get(field)
        if history is None:
            history = fields[field] = FieldAccesses()
        written = history.written
        if written is not None and written[0] is me and written[1] == me.time and not history.read:
            return  # no other context has acquired my clock since
        mine = history.read.get(me.number)
        if not write and mine is not None and mine[1] == me.time:
            return
        access: Access = (me, me.time, self.here(me, part, field, write=write) if self.exact else None)
        if written is not None and not me.knows(written[0], written[1]):
            self.race(part, field, written, access, (True, write))
        if write:
            for read in history.read.values():
                if not me.knows(read[0], read[1]):
                    self.race(part, field, read, access, (False, True))
            history.written = access
            history.read.clear()
        else:
            history.read[me.number] = access

    def note_placed(self, part: Part, field: Declared, *, write: bool) -> None:
        """A field that has excuses is touched: the place counts, too."""
        me = self.mine()
        frame = accessing(sys._getframe(2))  # noqa: SLF001  the access is in the model's text
        sides = self.excuses.sides(field, frame, me.task.context.held, write=write)
        fields = self.placed.get(part)
        if fields is None:
            fields = self.placed[part] = {}
        history = fields.get(field)
        if history is None:
            history = fields[field] = PlacedAccesses()
        key = (me.number, write, sides)
        before = history.last.get(key)
        if before is not None and before[1] == me.time:
            return
        access: Access = (me, me.time, self.here(me, part, field, write=write) if self.exact else None)
        for (number, wrote, theirs), other in history.last.items():
            if number == me.number or not (write or wrote) or me.knows(other[0], other[1]):
                continue
            if self.excuses.between(field, sides, theirs):
                self.promote(field)
            else:
                self.race(part, field, other, access, (wrote, write))
        history.last[key] = access

    def promote(self, field: Declared) -> None:
        """A field has raced: from now on the order of its accesses counts, excused or not."""
        assert self.execution is not None
        self.execution.promote(field)

    def freed(self, part: Part) -> None:
        """Memory is given back: every access of it must come before.

        Each access that does not is reported. Which one came first can depend on steps that commute.
        """
        histories: list[tuple[Declared, FieldAccesses | PlacedAccesses]] = [
            *self.fields.pop(part, {}).items(),
            *self.placed.pop(part, {}).items(),
        ]
        if not histories:
            return
        me, known = self.mine(), self.before_free()
        for field, history in histories:
            for access, write in history.accesses():
                number = access[0].number
                if access[0] is not me and (number >= len(known) or known[number] < access[1]):
                    self.lost(part, field, access, write=write)

    def lost(self, part: Part, field: Declared, access: Access, *, write: bool) -> None:
        """Report an access of a part that no order puts before the free."""
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
        """The place of the running task."""
        return place(me, part, field, called(sys._getframe(2), me.task), write=write)  # noqa: SLF001

    def race(self, part: Part, field: Declared, before: Access, now: Access, writes: tuple[bool, bool]) -> None:
        """Two accesses race, and no excuse covers them."""
        assert self.execution is not None
        self.promote(field)
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


def place(me: ContextClock, part: Part, field: Declared, where: Where, *, write: bool) -> Place:
    """One side of a race."""
    return place_of(me.task, where, "write" if write else "read", f"{part.name}.{field.field}")
