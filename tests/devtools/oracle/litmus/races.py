"""The scenarios of litmus."""

from __future__ import annotations

from pathlib import Path

from devtools.oracle import litmus

SCENARIOS = Path(litmus.__file__).parent / "scenarios"
