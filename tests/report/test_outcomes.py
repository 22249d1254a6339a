"""Outcomes, as a histogram."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.lab.explore import explore

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion


def test_every_outcome_with_its_count_and_its_schedule(snapshot: SnapshotAssertion) -> None:
    result = explore("msi-vs-init", revision="its-v7", outcomes=True)
    assert result.complete
    assert sum(bar.count for bar in result.bars) == result.executions
    told = str(result)
    assert told[told.index("\n\n  ", told.index("replay  ")) :] == snapshot
