"""Programs of the literature: those with a known number of traces, and those with a bug to find.

`LITERATURE` judges partial-order reduction, `BUGS` are those that peers are measured with, and `PUBLISHED` is the table
of `make bench-explore`. Each program is written anew on the seam.
"""

from devtools.programs.literature.known import Known as Known
from devtools.programs.literature.known import Published as Published
from devtools.programs.literature.peers import abba as abba
from devtools.programs.literature.peers import kick as kick
from devtools.programs.literature.peers import rare as rare
from devtools.programs.literature.reduction import apart as apart
from devtools.programs.literature.reduction import filesystem as filesystem
from devtools.programs.literature.reduction import guarded as guarded
from devtools.programs.literature.reduction import indexer as indexer
from devtools.programs.literature.reduction import lastzero as lastzero
from devtools.programs.literature.reduction import readers as readers
from devtools.programs.literature.table import BUGS as BUGS
from devtools.programs.literature.table import LITERATURE as LITERATURE
from devtools.programs.literature.table import PUBLISHED as PUBLISHED
