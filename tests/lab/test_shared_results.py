"""State that tasks share through a cached function or the class of a class is named in the result."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from tests.lab.user_state import BOTH, named, point, together

if TYPE_CHECKING:
    from collections.abc import Callable

    from aiovgic import Kvm


def counts() -> list[int]:
    """Numbers that a test counts in."""
    return []


@pytest.mark.parametrize("keep", [cache, lru_cache, lru_cache(maxsize=None)], ids=["cache", "limited", "unlimited"])
def test_a_list_that_a_cached_function_keeps_is_named(keep: Callable[..., Any]) -> None:
    kept = keep(counts)

    async def task(kvm: Kvm) -> None:
        before = len(kept())
        await point(kvm)
        kept()[before:] = [1]

    assert named(together(task, task)) == (f"result of cached `counts` {BOTH}",)


class Dev:
    """A device, by which a result is kept."""


@pytest.mark.parametrize("keep", [cache, lru_cache], ids=["cache", "limited"])
def test_a_number_that_a_cached_function_keeps_may_be_shared(keep: Callable[..., Any]) -> None:
    @keep
    def number_of(_dev: Dev, bits: int) -> int:
        return 1 << bits

    async def task(kvm: Kvm) -> None:
        await point(kvm)
        assert number_of(Dev(), 3) == 8

    assert together(task, task).complete


class Registry(type):
    """A class of classes with a list."""

    known: ClassVar[list[str]] = []


class Kept(metaclass=Registry):
    """A class that its class keeps a list for."""


def test_a_list_of_the_class_of_a_class_is_named() -> None:
    async def task(kvm: Kvm) -> None:
        await point(kvm)
        assert Kept.known == []

    assert named(together(task, task)) == (f"class attribute `Registry.known` {BOTH}",)
