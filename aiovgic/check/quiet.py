"""The rules, by the moment at which they are checked.

RULES: at a quiet point, where no task runs. PUBLISHED: after a flag becomes true or a pointer is stored.
SETTLED: while a vCPU runs in its guest and no other task runs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiovgic.check.bus import registered_twice
from aiovgic.check.forwarded import stale_vlpi
from aiovgic.check.lists import list_mismatch
from aiovgic.check.lost import unreferenced
from aiovgic.check.lost_interrupt import blocked_with_pending, not_kicked, not_queued
from aiovgic.check.lpi_index import not_in_index
from aiovgic.check.lpis import (
    collection_gone,
    cursor_outside_queue,
    lpi_mapped_twice,
    lpi_references,
    stale_translation,
)
from aiovgic.check.publication import nothing_dangles, ready_too_early
from aiovgic.check.queued_elsewhere import queued_elsewhere
from aiovgic.check.targets import stale_mapping, wrong_target
from aiovgic.check.vcpus import vcpu_incomplete

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from aiovgic.record.finding import Violation

    Rule = Callable[[Mapping[str, Any]], Iterator[Violation]]

RULES: tuple[Rule, ...] = (
    registered_twice,
    nothing_dangles,
    unreferenced,
    list_mismatch,
    not_in_index,
    lpi_references,
    lpi_mapped_twice,
    stale_translation,
    collection_gone,
    cursor_outside_queue,
    stale_vlpi,
    wrong_target,
    stale_mapping,
    vcpu_incomplete,
    ready_too_early,
    not_queued,
    blocked_with_pending,
    queued_elsewhere,
)
PUBLISHED: tuple[Rule, ...] = (vcpu_incomplete, ready_too_early)
SETTLED: tuple[Rule, ...] = (not_kicked,)


def violations(facts: Mapping[str, Any], rules: Sequence[Rule] = RULES) -> Sequence[Violation]:
    """What the facts of a moment break, rule by rule."""
    return [violation for rule in rules for violation in rule(facts)]
