"""``python -m devtools.oracle.litmus``."""

from __future__ import annotations

import sys

from devtools.oracle.cli import main
from devtools.oracle.litmus.cli import cli

sys.exit(main(command=cli, name="devtools.oracle.litmus"))
