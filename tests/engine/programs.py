"""Small programs for engines: tasks over a few primitives, without a machine."""

from devtools.programs.bodies import Body as Body
from devtools.programs.bodies import MiniSession as MiniSession
from devtools.programs.bodies import program as program
