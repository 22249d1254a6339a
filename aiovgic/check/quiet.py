"""The rules for quiet points: moments at which nobody runs and everything must fit together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiovgic.check.bus import device_once
from aiovgic.check.lists import listed_once
from aiovgic.check.lost import lost_objects
from aiovgic.check.lpis import its_mappings, its_ring, lpi_references
from aiovgic.check.vcpus import vcpu_complete

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from aiovgic.errors import Violation

    Rule = Callable[[Mapping[str, Any]], Iterator[Violation]]

RULES: tuple[Rule, ...] = (
    device_once,
    lost_objects,
    listed_once,
    lpi_references,
    its_mappings,
    its_ring,
    vcpu_complete,
)


def violations(facts: Mapping[str, Any]) -> Sequence[Violation]:
    """What the facts of a quiet point break, rule by rule."""
    return [violation for rule in RULES for violation in rule(facts)]
