"""How KVM cleans the memory attributes of a table address before it keeps them."""

from __future__ import annotations

SHARE_OUTER = 2
SHARE_INNER = 1
INNER_DEFAULT = 3
OUTER_SAME = 0
OUTER_NC = 1


def shareability(field: int) -> int:
    """Outer shareable becomes inner shareable (vgic_sanitise_shareability)."""
    return SHARE_INNER if field == SHARE_OUTER else field


def inner_cacheability(field: int) -> int:
    """Non-cacheable becomes write-back (vgic_sanitise_inner_cacheability)."""
    return INNER_DEFAULT if field in (0, 1) else field


def outer_cacheability(field: int) -> int:
    """Only "as inner" and "non-cacheable" are kept (vgic_sanitise_outer_cacheability)."""
    return field if field in (OUTER_SAME, OUTER_NC) else OUTER_SAME


def attributes(share: int, inner: int, outer: int) -> dict[str, int]:
    """The three fields, cleaned, for ``but``."""
    return {
        "share": shareability(share),
        "inner": inner_cacheability(inner),
        "outer": outer_cacheability(outer),
    }
