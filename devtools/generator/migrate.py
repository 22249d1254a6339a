"""Themes: state carried from one VM to the next, in the right order and in wrong ones."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from . import dump
from .commands import send, some_command
from .cpuif import prepare, raise_one
from .lpi import msi, ready, take
from .machine import Machine, Plan, bring_up, ids
from .vocabulary import (
    CPU_SYSREGS,
    CTRL,
    DIST_REGS,
    ITS_REGS,
    LEVEL_INFO,
    REDIST_REGS,
    RESTORE_TABLES,
    SAVE_PENDING,
    SAVE_TABLES,
    sysreg_attr,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from .script import Script

Saved = dict[tuple[int, str, int], int]
"""Device, group and attribute, and the number of the get that read it."""

CPU_STATE = ("CTLR", "PMR", "BPR0", "BPR1", "IGRPEN0", "IGRPEN1", "AP0R0", "AP1R0")
PRIVATE = (0x80, 0x100, 0xC00, 0xC04, 0x400, 0x404, 0x410, 0x200, 0x300)


def save(m: Machine) -> Saved:
    """Everything a VMM reads, in the order in which it will write it."""
    saved: Saved = {}

    def keep(dev: int, group: str, attr: int) -> None:
        saved[dev, group, attr] = m.s.get(dev, group, attr)

    for one in m.its:
        m.s.set(one.dev, CTRL, SAVE_TABLES)
    if m.its:
        m.s.set(m.vgic, CTRL, SAVE_PENDING)
    for offset in (0x8, 0x0, 0x84, 0x104, 0xC08, 0xC0C, 0x420, 0x424, 0x428, 0x204, 0x304, 0x6100, 0x6108, 0x6110):
        keep(m.vgic, DIST_REGS, offset)
    keep(m.vgic, LEVEL_INFO, 32)
    for vcpu in m.vcpus:
        for offset in (0x70, 0x74, 0x78, 0x7C, 0x0):
            keep(m.vgic, REDIST_REGS, m.redist(vcpu, offset))
        for base in PRIVATE:
            keep(m.vgic, REDIST_REGS, m.redist(vcpu, 0x1_0000 + base))
        keep(m.vgic, LEVEL_INFO, m.mpidr(vcpu) << 32)
        for name in CPU_STATE:
            keep(m.vgic, CPU_SYSREGS, m.mpidr(vcpu) << 32 | sysreg_attr(f"ICC_{name}_EL1"))
    for one in m.its:
        for offset in (0x80, 0x90, 0x88, 0x100, 0x108, 0x0):
            keep(one.dev, ITS_REGS, offset)
    return saved


def restore(m: Machine, saved: Saved) -> None:
    """What a VMM writes; one time in three in an order that loses something."""
    s = m.s
    state = [key for key in saved if key[1] != ITS_REGS]
    early_tables = s.chance(15)
    if s.chance(25):
        s.rng.shuffle(state)
    if s.chance(10):
        del state[s.rng.randrange(len(state))]
    parts: list[Callable[[], None]] = [lambda: _write(s, saved, state), lambda: _its_state(m, saved)]
    if early_tables:
        parts.reverse()
    for part in parts:
        part()


def _write(s: Script, saved: Saved, keys: list[tuple[int, str, int]]) -> None:
    for key in keys:
        dev, group, attr = key
        if group == REDIST_REGS and attr & 0x1_FFFF == 0x1_0100 and s.chance(70):
            s.set(dev, group, attr + 0x80, 0xFFFF_FFFF)
        s.set_saved(dev, group, attr, saved[key])


def _its_state(m: Machine, saved: Saved) -> None:
    for one in m.its:
        keys = [key for key in saved if key[0] == one.dev and key[1] == ITS_REGS]
        if m.s.chance(15):
            m.s.rng.shuffle(keys)
            _write(m.s, saved, keys)
            m.s.set(one.dev, CTRL, RESTORE_TABLES)
            continue
        _write(m.s, saved, keys[:-1])
        m.s.set(one.dev, CTRL, RESTORE_TABLES)
        _write(m.s, saved, keys[-1:])


def _again(m: Machine) -> Machine:
    """The next VM: as a rule the same, with the RAM of the one before."""
    s, plan = m.s, m.plan
    if s.chance(10) and len(plan.ids) > 1:
        plan = replace(plan, ids=plan.ids[:-1])
    return bring_up(s, replace(plan, keep_ram=True, guest=False))


def wires(s: Script) -> None:
    """SGIs, PPIs and SPIs in every state, carried to a second VM and taken there."""
    m = prepare(s, Plan(ids=ids(s, 1, 3)), groups=s.chance(30))
    for _ in s.few(6, 14):
        if s.chance(60):
            raise_one(m)
        else:
            m.s.mrs(m.any_vcpu(), "IAR1")
    saved = save(m)
    after = _again(m)
    restore(after, saved)
    dump.brief(after)
    for vcpu in after.vcpus:
        dump.redist(after, vcpu)
        dump.sysregs(after, vcpu)


def lpis(s: Script) -> None:
    """LPIs mapped and pending, carried to a second VM through tables in RAM, and taken there."""
    m = ready(s, its=s.pick((1, 1, 2)), high=3)
    for _ in s.few(4, 10):
        its = s.pick(m.its)
        kind = s.rng.randrange(3)
        if kind == 0:
            send(m, its, *(some_command(m, its, hostile=2) for _ in s.few(1, 3)))
        elif kind == 1:
            msi(m, its)
        else:
            take(m, m.any_vcpu())
    saved = save(m)
    after = _again(m)
    restore(after, saved)
    for _ in s.few(2, 5):
        msi(after, s.pick(after.its))
    dump.everything(after)


def partly(s: Script) -> None:
    """Only some of the state carried over; then both VMs' worth of lines and MSIs on what is there."""
    m = ready(s, its=1, high=3)
    for _ in s.few(2, 5):
        msi(m, m.its[0])
    saved = save(m)
    after = _again(m)
    keys = [key for key in saved if s.chance(65)]
    _write(s, saved, keys)
    s.set(after.its[0].dev, CTRL, RESTORE_TABLES)
    for _ in s.few(2, 5):
        msi(after, after.its[0])
        raise_one(after)
    dump.open_up(after)
    dump.everything(after)
