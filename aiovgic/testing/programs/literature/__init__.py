"""Programs of the literature: those with a known number of traces, and those with a bug to find.

`LITERATURE` judges partial-order reduction, `BUGS` are those that peers are measured with, and `PUBLISHED` is the table
of `make bench-explore`. Each program is written anew on the seam.
"""

from aiovgic.testing.programs.literature.known import Known as Known
from aiovgic.testing.programs.literature.known import Published as Published
from aiovgic.testing.programs.literature.peers import abba as abba
from aiovgic.testing.programs.literature.peers import kick as kick
from aiovgic.testing.programs.literature.peers import rare as rare
from aiovgic.testing.programs.literature.reduction import apart as apart
from aiovgic.testing.programs.literature.reduction import filesystem as filesystem
from aiovgic.testing.programs.literature.reduction import guarded as guarded
from aiovgic.testing.programs.literature.reduction import indexer as indexer
from aiovgic.testing.programs.literature.reduction import lastzero as lastzero
from aiovgic.testing.programs.literature.reduction import readers as readers
from aiovgic.testing.programs.literature.table import BUGS as BUGS
from aiovgic.testing.programs.literature.table import LITERATURE as LITERATURE
from aiovgic.testing.programs.literature.table import PUBLISHED as PUBLISHED
