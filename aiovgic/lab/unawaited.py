"""Coroutines that code of a user's makes and never awaits: an error about the test or the layer, with its line."""

from __future__ import annotations

import sys
import warnings
from contextlib import contextmanager
from types import CoroutineType
from typing import TYPE_CHECKING

from aiovgic.engine.places import relative
from aiovgic.errors import ScenarioError
from aiovgic.sync.layer_guard import PACKAGE, of_users

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiovgic.lab.subject import Subject


@contextmanager
def every_await(subject: Subject) -> Iterator[None]:
    """Watch for coroutines that are made outside of the package and dropped unawaited.

    Raises ScenarioError at the end, whatever was found meanwhile: the test or the layer does not do what it says.
    """
    if not of_users(subject.layers) and not subject.scenario.in_python:
        yield
        return
    before = sys.get_coroutine_origin_tracking_depth()
    sys.set_coroutine_origin_tracking_depth(1)
    try:
        with warnings.catch_warnings(record=True) as told:
            warnings.filterwarnings("always", message=".* was never awaited", category=RuntimeWarning)
            try:
                yield
            finally:
                dropped = [each for each in told if made_outside(each)]
                if dropped:
                    raise forgotten(dropped[0])
    finally:
        sys.set_coroutine_origin_tracking_depth(before)
    for each in told:
        warnings.warn_explicit(each.message, each.category, each.filename, each.lineno)


def made_outside(warning: warnings.WarningMessage) -> bool:
    """Whether a warning is about a coroutine that code outside of the package made."""
    return bool(place_of(warning)) and not place_of(warning).startswith(PACKAGE)


def place_of(warning: warnings.WarningMessage) -> str:
    """File and line that made the coroutine that a warning is about; empty for another warning."""
    origin = warning.source.cr_origin if isinstance(warning.source, CoroutineType) else None
    return f"{origin[0][0]}:{origin[0][1]}" if origin else ""


def forgotten(warning: warnings.WarningMessage) -> ScenarioError:
    """The error about the place that made a coroutine."""
    file, _, line = place_of(warning).rpartition(":")
    return lacks_await(f"{relative(file)}:{line}", f"{getattr(warning.source, '__name__', 'a coroutine')}()")


def lacks_await(place: str, what: str) -> ScenarioError:
    """The error about a call that is to be awaited."""
    return ScenarioError(place, f"{what} is called without 'await': it does nothing")
