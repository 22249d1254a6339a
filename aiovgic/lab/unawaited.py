"""Coroutines that code of a user's layer makes and never awaits: an error about the layer, with its line."""

from __future__ import annotations

import sys
import warnings
from contextlib import contextmanager
from inspect import iscoroutine
from typing import TYPE_CHECKING

from aiovgic.errors import ScenarioError
from aiovgic.sync.layer_guard import PACKAGE, of_users

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from aiovgic.sync import Layer


@contextmanager
def every_await(layers: Sequence[Layer]) -> Iterator[None]:
    """Watch for coroutines that are made outside of the package and dropped unawaited.

    Raises ScenarioError at the end, whatever was found meanwhile: the layer does not do what it says.
    """
    if not of_users(layers):
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
    origin = warning.source.cr_origin if iscoroutine(warning.source) else None
    return bool(origin) and not origin[0][0].startswith(PACKAGE)


def forgotten(warning: warnings.WarningMessage) -> ScenarioError:
    """The error about the place that made a coroutine."""
    (file, line, function), *_ = warning.source.cr_origin
    return lacks_await(f"{file}:{line}", f"{warning.source.__name__}() in {function}")


def lacks_await(place: str, what: str) -> ScenarioError:
    """The error about a call that is to be awaited."""
    return ScenarioError(place, f"{what} is called without 'await': it does nothing")
