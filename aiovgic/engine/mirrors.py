"""Edits of state that hardware holds: it must be taken out of the hardware before it is changed.

A field that is declared ``mirrored`` may be out of date for a while: an interrupt's active state is in
a list register as long as its vCPU is in the guest, and the fold overwrites what another task wrote
meanwhile. What `Part.mirror` reads counts as read by the step that accesses the field.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from aiovgic.engine.places import called, place_of
from aiovgic.engine.watch import Watch
from aiovgic.record.finding import Finding

if TYPE_CHECKING:
    from aiovgic.engine.trampoline import Execution
    from aiovgic.sync import Declared, Part


class Mirrors(Watch):
    """Checks every write of a mirrored field, and every read of one that takes no lock (`data_race`)."""

    def __init__(self) -> None:
        self.execution: Execution | None = None

    def begin(self, execution: Execution) -> None:
        self.execution = execution

    def heeds(self, field: Declared) -> bool:
        return field.mirrored

    def note(self, part: Part, field: Declared, *, write: bool, marked: bool) -> None:
        if not (write or marked):
            return
        assert self.execution is not None
        with self.execution.rt.looking(during_race=True):
            holder = part.mirror()
        me = part.rt.current
        if holder is None or holder is me:
            return
        rule, verb = ("edited-while-loaded", "written") if write else ("read-while-loaded", "read")
        what = f"{part.name}.{field.field}"
        title = f"{what} is {verb} by {me} while {holder} has it in a list register"
        task = next(task for task in self.execution.tasks if task.context is me)
        place = place_of(task, called(sys._getframe(1), task), "write" if write else "read", what)  # noqa: SLF001
        self.execution.report(Finding(kind="lr-edit", rule=rule, title=title, places=(place,)))
