"""What each verb of a toy program does: one coroutine function a verb, by theme.

Each takes the session, the name of the task and the instruction, and tells the journal what it touches
between operations.
"""

from aiovgic.testing.programs.verbs.control import CONTROL
from aiovgic.testing.programs.verbs.locks import LOCKING
from aiovgic.testing.programs.verbs.objects import OWNING
from aiovgic.testing.programs.verbs.rules import RULED
from aiovgic.testing.programs.verbs.waits import WAITING
from aiovgic.testing.programs.verbs.words import TOUCHING

VERBS = {**TOUCHING, **CONTROL, **LOCKING, **WAITING, **OWNING, **RULED}
"""Every verb."""
