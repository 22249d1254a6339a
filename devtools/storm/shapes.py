"""The machines that a storm blows over: sizes, hosts, and places of tables that no sane guest would choose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiovgic.model.host import GICV2, GICV3, Host
from devtools.generator import v2
from devtools.generator.machine import (
    DIST,
    RAM,
    RAM_END,
    Machine,
    Plan,
    bring_up,
    ids,
    start_its,
    start_lpis,
)

if TYPE_CHECKING:
    from random import Random

    from devtools.generator.script import Script

MOST_VCPUS = 8
MOST_LRS = 16
ID_BITS = 15

SHIFTS = (
    0,  # as everybody has them
    0xBF_0000,  # the tables of events cross the end of memory
    0xCF_0000,  # the ring is the last of memory, the tables of events are outside
    0xEE_0000,  # the table of devices is the last of memory, the ring is outside
)
"""How far the tables of an ITS are from their usual places."""

LPI_TABLES = (
    (RAM_END - 0x1000, RAM_END - 0x1_0000),  # at the end of memory
    (RAM_END - 0x1000, RAM_END - 0x0),  # the pending tables outside
    (0x2000_0000, RAM + 0x2_0000),  # the configuration table outside
    (0, 0xF_FFFF_FFFF_0000),  # both outside, the second beyond every address
)
"""Where a guest may put its configuration and pending tables."""


@dataclass(frozen=True)
class Shape:
    """One machine: its host, and which of the two GICs it gets."""

    host: Host
    v2: bool = False


def draw(rng: Random, number: int, *, its: bool) -> Shape:
    """The shape of the machine with this number; every fourth has a vgic-v2 unless it has to have an ITS."""
    lrs = rng.randint(1, MOST_LRS)
    if its or number % 4:
        return Shape(Host(gic=GICV3, list_registers=lrs))
    compat = bool(rng.getrandbits(1))
    return Shape(Host(gic=GICV3 if compat else GICV2, gicv2_compat=compat, list_registers=lrs), v2=True)


def up_v2(s: Script) -> v2.V2:
    """A machine with a vgic-v2."""
    return v2.bring_up(s, v2.ids(s, 1, MOST_VCPUS), s.pick((64, 96, 256, 1024)))


def up(s: Script, *, its: bool) -> Machine:
    """A machine with a vgic-v3, mostly with one or two ITSes, started by its guest."""
    plan = Plan(
        ids=ids(s, 1, MOST_VCPUS),
        nr_irqs=s.pick((64, 96, 256, 1024)),
        its=s.pick((1, 1, 2)) if its else s.pick((0, 1, 1, 2)),
        lpis=s.chance(90),
        regions=s.chance(20),
        indirect=s.chance(30),
        ptz=s.pick((0, 1)),
        guest=False,
    )
    m = bring_up(s, plan)
    if s.chance(30):
        for one in m.its:
            one.shift = s.pick(SHIFTS)
    start(m)
    return m


def start(m: Machine) -> None:
    """What a guest does first, with its tables anywhere."""
    s = m.s
    s.write(0, DIST, s.pick((2, 2, 3)))
    for vcpu in m.vcpus:
        s.msr(vcpu, "PMR", 0xFF)
        s.msr(vcpu, "IGRPEN1", 1)
    if m.plan.lpis and s.chance(75):
        start_lpis(m)
    elif m.plan.lpis:
        anywhere(m)
    for its in m.its:
        its.pages = s.pick((1, 1, 2, 16))
        start_its(m, its)


def anywhere(m: Machine) -> None:
    """LPIs on, with tables at the end of memory or outside."""
    config, pending = m.s.pick(LPI_TABLES)
    for vcpu in m.vcpus:
        m.s.write(vcpu, m.frame(vcpu) + 0x70, config | m.s.pick((ID_BITS, ID_BITS, 13, 31)), 8)
        m.s.write(vcpu, m.frame(vcpu) + 0x78, pending | m.s.pick((0, 1)) << 62, 8)
        m.s.write(vcpu, m.frame(vcpu), 1)
