"""``python -m devtools.oracle``."""

from __future__ import annotations

import sys

from devtools.oracle.cli import main

sys.exit(main())
