"""What each verb of a toy program does: one coroutine function a verb, by theme.

Each takes the session, the name of the task and the instruction, and tells the journal what it touches
between operations.
"""

from devtools.programs.verbs.control import CONTROL
from devtools.programs.verbs.locks import LOCKING
from devtools.programs.verbs.objects import OWNING
from devtools.programs.verbs.rules import RULED
from devtools.programs.verbs.waits import WAITING
from devtools.programs.verbs.words import TOUCHING

VERBS = {**TOUCHING, **CONTROL, **LOCKING, **WAITING, **OWNING, **RULED}
"""Every verb."""
