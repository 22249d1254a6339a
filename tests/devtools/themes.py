"""Scripts of a theme of the generator, for tests of what is in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from devtools import generator

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

GUEST = ("run", "mmio_read", "mmio_write", "sysreg_read", "sysreg_write")
"""Operations that enter a guest."""


def scripts(theme: str) -> Sequence[Sequence[Mapping[str, Any]]]:
    """Sixty scripts of a theme, without their headers."""
    return [script[1:] for script in generator.scripts(7, 60, [theme])]
