"""Results that `functools.cache` keeps: every task that calls the function gets the same object."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING, Any

from aiovgic.scenario.immutable import is_immutable
from aiovgic.scenario.reach import is_tracked

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from aiovgic.scenario.reach import Reach


def cached_results(tasks: Mapping[str, Reach]) -> Iterator[tuple[str, list[str]]]:
    """The cached functions that keep a result which can change, with the tasks that reach them.

    One task is enough: a later execution gets the object that an earlier one has made.
    """
    caches = {key: value for reach in tasks.values() for key, value in reach.caches.items()}
    for key, value in caches.items():
        among = [name for name, reach in tasks.items() if key in reach.caches]
        if any(not is_tracked(each) and not is_immutable(each) for each in results_of(value)):
            yield f"result of cached `{value.__name__}`", among


def results_of(cached: Any) -> Iterator[object]:
    """The results that a cached function keeps: in its dictionary, or, if their number is limited, beside it."""
    refers_to = gc.get_referents(cached)
    for kept in refers_to:
        if isinstance(kept, dict) and kept is not vars(cached):
            arguments = [id(key) for key in kept]
            if cached.cache_parameters()["maxsize"] is None:
                yield from kept.values()
            else:
                others = (kept, vars(cached), cached.__wrapped__)
                known = [*arguments, *map(id, others)]
                yield from (each for each in refers_to if id(each) not in known)
            return
