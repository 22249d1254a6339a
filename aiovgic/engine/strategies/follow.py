"""Following given orders: other orders of a trace that DPOR has executed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.engine.watch import Watch
from aiovgic.errors import DivergedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiovgic.engine.steps import Steps
    from aiovgic.engine.task import Task
    from aiovgic.sync import Declared

Steered = list[tuple[str, int]]
"""An order: for each step the name of its task, and the alternative that its choice takes.

Numbers of spawned tasks depend on the order of the steps that spawn them.
"""


class Follow(Watch):
    """Decides an execution for each of its orders.

    The dependence of the steps is known, so ``steps`` hears only which fields race.
    """

    def __init__(self, steps: Steps) -> None:
        self.steps = steps
        self.orders: list[Steered] = []
        """The orders that are still to be executed; the first is the present one."""
        self.step = 0

    def pick(self, enabled: Sequence[Task], plain: Task, step: int) -> Task:
        """The task of this step. Raises DivergedError if it cannot run: two steps were not independent."""
        self.step = step
        order = self.orders[0]
        if step >= len(order):
            return plain
        task = next((task for task in enabled if task.name == order[step][0]), None)
        if task is None:
            raise DivergedError(f"at step {step} {order[step][0]} cannot run in another order of a trace")
        return task

    def choose(self) -> int:
        """The alternative that the choice of the present step takes."""
        order = self.orders[0]
        return order[self.step][1] if self.step < len(order) else 0

    def promoted(self, field: Declared) -> None:
        self.steps.promoted(field)
