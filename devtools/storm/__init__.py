"""A storm: a guest and a VMM that do anything at all, and a machine that must bear it.

    python -m devtools.storm --accesses 1000000 --commands 200000 --revision v6.12 --seed 1

A guest loads and stores random values of random widths at random addresses of every frame, reads and writes
system registers, and puts random commands into the rings; userspace reads and writes device attributes with
random words. Whatever the answers are, nothing may raise, and the rules for quiet points (``check/quiet.py``) must
hold. Every machine is a script: one that broke is kept, so that it can be played again, and shown to a kernel.
"""

from devtools.storm.loop import Report, storm
from devtools.storm.rig import Broken

__all__ = ["Broken", "Report", "storm"]
