"""Outcomes of a kernel and of the model, side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from devtools.oracle.litmus.outcomes import Allowed, Observed


def not_allowed(observed: Observed, allowed: Allowed) -> list[str]:
    """The outcomes of the kernel that the model does not allow."""
    return [outcome for outcome in observed.outcomes if outcome not in allowed.schedules]


def report(kernel: Mapping[str, Observed], model: Mapping[str, Allowed]) -> Iterator[str]:
    """The scenarios that both have. Raises UsageError if there is none, or if they are of different steps."""
    both = [name for name in kernel if name in model]
    if not both:
        raise UsageError(f"no scenario is in both files: {', '.join(kernel)}; {', '.join(model)}")
    for name in both:
        if kernel[name].names != model[name].names:
            raise UsageError(f"{name}: the files are of different steps; run both again")
        yield from lines(name, kernel[name], model[name])


def lines(name: str, observed: Observed, allowed: Allowed) -> Iterator[str]:
    """One scenario."""
    new = not_allowed(observed, allowed)
    unseen = [outcome for outcome in allowed.schedules if outcome not in observed.outcomes]
    whole = "" if allowed.complete else " (search not complete)"
    yield (
        f"{name}: {observed.rounds} rounds, {len(observed.outcomes)} outcomes; the model allows "
        f"{len(allowed.schedules)}{whole}; {len(new)} of the kernel are not among them, {len(unseen)} were not seen"
    )
    yield f"     {' '.join(observed.names)}"
    for outcome, seen in sorted(observed.outcomes.items(), key=lambda bar: -bar[1].count):
        kind = "KERNEL" if outcome in new else "both"
        yield f"     {kind:10}{seen.count:8d}  {outcome}"
    for outcome in unseen:
        yield f"     model only          {outcome}    [{allowed.schedules[outcome]}]"
