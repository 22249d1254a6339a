"""Every outcome, how often it came and the shortest schedule to it: as a litmus test's histogram."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from aiovgic.engine.histogram import Bar

WIDTH = 24
"""Characters of the longest bar."""


def outcomes_report(bars: Sequence[Bar]) -> str:
    """The most frequent first."""
    most = max((bar.count for bar in bars), default=1)
    lines = [f"  {len(bars)} outcomes" if len(bars) != 1 else "  1 outcome"]
    for bar in bars:
        lines.append(f"  {bar.count:>6}  {'#' * max(1, bar.count * WIDTH // most)}")
        lines += [f"          {line}" for line in words(bar.seen)]
        lines.append(f"          schedule '{bar.schedule}'")
    return "\n".join(lines)


def words(seen: Mapping[str, Any]) -> Iterator[str]:
    """An outcome: what each labelled step gave, then which vCPU took which interrupt."""
    if "broken" in seen:
        yield f"BROKEN: {seen['broken']}"
    for label, result in seen.get("results", {}).items():
        yield f"{label}: {' '.join(f'{key}={text(value)}' for key, value in result.items() if shown(key, value))}"
    for intid, vcpu in seen.get("delivered", ()):
        yield f"{intid} taken by {vcpu}"
    for name, value in seen.get("shared", {}).items():
        yield f"shared {name}: {value}"


def shown(key: str, value: Any) -> bool:
    """Whether a member says anything: no error is no news."""
    return not (key == "errno" and value is None)


def text(value: Any) -> str:
    """A value of a result."""
    return value if isinstance(value, str) else json.dumps(value)
