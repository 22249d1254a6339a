"""Explored functions among the tests of pytest: when they are refused, and how they are called."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING
from unittest import TestCase

import pytest

from aiovgic.errors import NotOkError
from aiovgic.pytest_plugin.explored import Explored
from aiovgic.pytest_plugin.options import OPTIONS
from aiovgic.pytest_plugin.summary import EXTENT, NOT_EXPLORED, Extent

if TYPE_CHECKING:
    from collections.abc import Callable

    from aiovgic.pytest_plugin.searching import Search


def begin(item: pytest.Item) -> None:
    """A test is to be explored: until it is, or if its fixtures fail, it is not."""
    item.stash[EXTENT] = Extent(NOT_EXPLORED, "the search did not begin")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Make no fixture of a test that will be refused."""
    if not isinstance(item, pytest.Function) or Explored.of(item.obj) is None:
        return
    begin(item)
    if item.cls is not None and issubclass(item.cls, TestCase):
        pytest.fail(
            "a method of a unittest.TestCase cannot be explored: make it a method of a plain class", pytrace=False
        )
    if refusal(item):
        item.fixturenames = []


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Explore a test in place of calling its function."""
    __tracebackhide__ = True
    spec = Explored.of(pyfuncitem.obj)
    if spec is None:
        return None
    why = refusal(pyfuncitem)
    if why:
        pyfuncitem.stash[EXTENT] = Extent(NOT_EXPLORED, why)
        raise NotOkError(why)
    from aiovgic.pytest_plugin.searching import Search, explore_item  # noqa: PLC0415  pytest starts without it

    search = Search(pyfuncitem.config.stash[OPTIONS], spec.revision, spec.search)
    run(pyfuncitem, search, lambda: explore_item(pyfuncitem, spec, search))
    return True


def run(item: pytest.Item, search: Search, explore: Callable[[], None]) -> None:
    """Explore, and keep the extent of the search; after Ctrl-C no other test begins."""
    __tracebackhide__ = True
    try:
        explore()
    finally:
        item.stash[EXTENT] = search.extent
        if search.interrupted:
            item.session.shouldstop = "Ctrl-C ended a search"
    if search.interrupted:
        raise KeyboardInterrupt


def refusal(item: pytest.Function) -> str:
    """Why a test is refused before its fixtures are made; empty if it is not."""
    found = item._fixtureinfo.name2fixturedefs  # noqa: SLF001  pytest has no public way to the fixtures of a test
    for name in item._fixtureinfo.names_closure:  # noqa: SLF001
        for fixture in found.get(name, ())[-1:]:
            if inspect.iscoroutinefunction(fixture.func) or inspect.isasyncgenfunction(fixture.func):
                return (
                    f"fixture {name!r} is async, and an explored test has no event loop: "
                    "make it a plain fixture, or do its work in the test itself"
                )
    return ""
