"""Small programs for engines: tasks over a few primitives, without a machine."""

from aiovgic.testing.programs.bodies import Body as Body
from aiovgic.testing.programs.bodies import MiniSession as MiniSession
from aiovgic.testing.programs.bodies import program as program
