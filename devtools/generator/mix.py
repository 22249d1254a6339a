"""Themes: everything at once, as a long walk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import dump
from .commands import map_some, send, some_command
from .cpuif import end_one, look, raise_one, tune
from .lpi import configure, msi, take
from .machine import DIST, Machine, Plan, bring_up, ids, start_its
from .mmio import dist_offset
from .uapi_regs import edit
from .vocabulary import (
    ADDR,
    CTRL,
    DIST_REGS,
    INIT,
    ITS_ADDR,
    REDIST_REGS,
    RESET,
    RESTORE_TABLES,
    SAVE_PENDING,
    SAVE_TABLES,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from .script import Script


def walk(s: Script) -> None:
    """SGIs, PPIs, SPIs and LPIs, their registers and tables, guest and userspace by turns."""
    m = _machine(s)
    for _ in s.few(40, 90):
        vcpu, its = m.any_vcpu(), s.pick(m.its)
        kind = s.rng.randrange(100)
        if kind < 18:
            raise_one(m)
        elif kind < 33:
            msi(m, its)
        elif kind < 50:
            s.mrs(vcpu, "IAR1")
        elif kind < 63:
            end_one(m, vcpu)
        elif kind < 73:
            send(m, its, *(some_command(m, its, hostile=3) for _ in s.few(1, 3)))
        elif kind < 79:
            look(m, vcpu)
        elif kind < 84:
            tune(m, vcpu, groups=False)
        elif kind < 88:
            configure(m)
        else:
            s.pick(RARE)(m)
    dump.everything(m)


def _machine(s: Script) -> Machine:
    plan = Plan(ids=ids(s, 1, 4), its=s.pick((1, 1, 2)), lpis=True, regions=s.chance(30), indirect=s.chance(30))
    m = bring_up(s, plan)
    s.write(0, DIST + 0x104, s.word() | 0xFF)
    for its in m.its:
        map_some(m, its)
    return m


def _switch_its(m: Machine) -> None:
    its = m.s.pick(m.its)
    m.s.write(m.any_vcpu(), its.base, 0)
    if m.s.chance(80):
        m.s.write(m.any_vcpu(), its.base, 1)


def _switch_lpis(m: Machine) -> None:
    vcpu = m.any_vcpu()
    m.s.write(m.any_vcpu(), m.frame(vcpu), 0)
    if m.s.chance(80):
        m.s.write(m.any_vcpu(), m.frame(vcpu), 1)


def _save(m: Machine) -> None:
    if m.s.chance(50):
        m.s.set(m.vgic, CTRL, SAVE_PENDING)
    else:
        m.s.set(m.s.pick(m.its).dev, CTRL, m.s.pick((SAVE_TABLES, SAVE_TABLES, SAVE_TABLES, RESTORE_TABLES)))


def _reset(m: Machine) -> None:
    its = m.s.pick(m.its)
    m.s.set(its.dev, CTRL, RESET)
    start_its(m, its)
    map_some(m, its)


def _edit(m: Machine) -> None:
    edit(m, m.any_vcpu())


def _access(m: Machine) -> None:
    s = m.s
    addr, width = DIST + dist_offset(s, m.plan.nr_irqs), s.pick((1, 4, 4, 8))
    if s.chance(50):
        s.read(m.any_vcpu(), addr, width)
    else:
        s.write(m.any_vcpu(), addr, s.word(8 * width), width)


def _ask(m: Machine) -> None:
    m.s.get(m.vgic, DIST_REGS, m.s.pick((0x0, 0x104, 0x204, 0x304)))
    vcpu = m.any_vcpu()
    m.s.get(m.vgic, REDIST_REGS, m.redist(vcpu, m.s.pick((0x0, 0x70, 0x78, 0x1_0200, 0x1_0300))))


def _late(m: Machine) -> None:
    """A call that comes too late, or twice."""
    s = m.s
    late: tuple[Callable[[], None], ...] = (
        lambda: s.set(m.vgic, CTRL, INIT),
        lambda: s.set(1, ADDR, ITS_ADDR, 0x0A00_0000),
        lambda: s.op("create_vcpu", id=99),
        lambda: s.device("vgic-v3"),
        lambda: s.op("run", vcpu=m.any_vcpu()),
    )
    s.pick(late)()


def _take(m: Machine) -> None:
    take(m, m.any_vcpu())


RARE: tuple[Callable[[Machine], None], ...] = (
    *(_switch_its, _switch_lpis, _save, _save, _edit, _edit, _access, _access, _access, _ask, _late, _take, _reset),
)
