"""Python's garbage collector is off while an execution runs and while its steps are analysed."""

from __future__ import annotations

import gc
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def uncollected() -> Iterator[None]:
    """Keep the garbage collector off.

    In an execution a destructor must not run at a place that depends on how much memory there is. In an analysis
    the collector would go through all steps again and again: 0.3 s in place of 0.05 s for 10,000 steps.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


@contextmanager
def unwarned() -> Iterator[None]:
    """No warning of coroutines that were never awaited: an execution that is given up awaits nothing any more."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".* was never awaited", category=RuntimeWarning)
        yield
