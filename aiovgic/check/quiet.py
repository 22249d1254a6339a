"""The rules, by the moment at which they hold.

At a quiet point nobody runs and everything must fit together. When something is published, what
it says must be so. When one vCPU is left alone, it must know all it has to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiovgic.check.bus import device_once
from aiovgic.check.forwarded import as_mapped
from aiovgic.check.lists import listed_once
from aiovgic.check.lost import lost_objects
from aiovgic.check.lost_interrupt import heard, queued, woken
from aiovgic.check.lpi_index import index_finds
from aiovgic.check.lpis import cached_is_mapped, its_mappings, its_ring, lpi_references, one_event_each
from aiovgic.check.publication import as_said, nothing_dangles
from aiovgic.check.stranded import on_own_list
from aiovgic.check.targets import as_collected, in_its_table
from aiovgic.check.vcpus import vcpu_complete

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from aiovgic.record.finding import Violation

    Rule = Callable[[Mapping[str, Any]], Iterator[Violation]]

RULES: tuple[Rule, ...] = (
    device_once,
    nothing_dangles,
    lost_objects,
    listed_once,
    index_finds,
    lpi_references,
    one_event_each,
    cached_is_mapped,
    its_mappings,
    its_ring,
    as_mapped,
    as_collected,
    in_its_table,
    vcpu_complete,
    as_said,
    queued,
    woken,
    on_own_list,
)
PUBLISHED: tuple[Rule, ...] = (vcpu_complete, as_said)
SETTLED: tuple[Rule, ...] = (heard,)


def violations(facts: Mapping[str, Any], rules: Sequence[Rule] = RULES) -> Sequence[Violation]:
    """What the facts of a moment break, rule by rule."""
    return [violation for rule in rules for violation in rule(facts)]
