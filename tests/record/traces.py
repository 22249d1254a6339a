"""A trace with one line of every kind."""

from __future__ import annotations

from aiovgic.record.trace import EVENTS, TRACE_VERSION, End, Head, PlantedHead, Trace, make_trace

HEAD = Head(
    version=TRACE_VERSION,
    package="0.1.0",
    scenario="movi-vs-msi",
    digest="5f0c",
    revision="v6.12",
    bugs=(
        PlantedHead(name="its-base-stuck", digest="a1b2"),
        PlantedHead(name="what-if.py", digest="c3d4", source="x = 1"),
    ),
    points=("irq.target_vcpu",),
    strategy="random",
    seed=7,
    schedule="12>nic 7=1",
)
END = End(
    steps=len(EVENTS),
    finding="data-race irq.target_vcpu",
    outcome={"results": {"second": {"ret": 0}, "first": {"ret": -1, "errno": "EBUSY"}}, "delivered": [[8192, 1]]},
)


def example(end: End = END) -> Trace:
    """The trace, with this end."""
    events = [
        event(step, "nic", f"irq8192.{kind}", "line\nseparator ' \" \u2028")
        for step, (kind, event) in enumerate(EVENTS.items())
    ]
    return make_trace(HEAD, events, end)


def of_sets() -> Trace:
    """The trace with an end whose order of iteration depends on hashes."""
    names = {f"vcpu{number}" for number in range(40)}
    return example(End(steps=1, outcome={"names": names, **dict.fromkeys(names, 0)}))
