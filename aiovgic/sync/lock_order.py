"""The order in which locks may be taken, as the kernel's source documents it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True)
class LockOrder:
    """A partial order of lock classes: several chains, outermost first."""

    chains: Sequence[Sequence[str]] = ()
    irq_safe: Sequence[str] = ()
    """Classes that interrupt handlers may take: no context may hold one with interrupts on."""
    nested: Mapping[str, str] = field(default_factory=dict)
    """Classes of which two may be held in any order, under the one lock that is named."""

    def precedes(self, first: str, second: str) -> bool:
        """Whether ``first`` must be taken before ``second``, if both are held."""
        reached = [first]
        for name in reached:
            for chain in self.chains:
                if name in chain:
                    reached += [later for later in chain[chain.index(name) + 1 :] if later not in reached]
        return second in reached[1:]
