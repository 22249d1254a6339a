"""Themes: LPIs on their way to a vCPU, and the tables that configure and remember them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import dump
from .commands import (
    SYNC,
    Command,
    invall,
    map_some,
    mapc,
    mapd,
    mapti,
    movall,
    on_event,
    send,
    some_collection,
    some_command,
    some_target,
)
from .machine import DIST, LPI, PENDING_LPIS, PROP_TABLE, RAM_END, Its, Machine, Plan, bring_up, ids, pend_table
from .vocabulary import CTRL, DIST_REGS, REDIST_REGS, SAVE_PENDING

if TYPE_CHECKING:
    from .script import Script


def ready(s: Script, *, its: int = 1, low: int = 1, high: int = 4, indirect: bool | None = None) -> Machine:
    """A machine whose LPIs are on and whose ITSes have some events mapped."""
    two_level = s.chance(25) if indirect is None else indirect
    plan = Plan(ids=ids(s, low, high), its=its, lpis=True, indirect=two_level, ptz=s.pick((1, 1, 0)))
    m = bring_up(s, plan)
    for one in m.its:
        map_some(m, one)
    return m


def msi(m: Machine, its: Its, flags: int = 1) -> None:
    """An MSI of a device that is likely to be mapped."""
    s = m.s
    doorbell = its.doorbell if s.chance(90) else its.base + s.pick((0, 4, 0x40, 0x1_0000, 0x1_FFFC, 0x2_0000, -4))
    s.msi(
        doorbell,
        s.pick((0, 0, 1, 1, 2, 2, 3)),
        s.pick((0, 0, 0, 1, 1, 1, 2, 3)),
        flags if s.chance(93) else s.pick((0, 0, 2, 3)),
    )


def take(m: Machine, vcpu: int) -> None:
    """Acknowledge, and mostly end."""
    m.s.mrs(vcpu, "IAR1")
    if m.s.chance(80):
        m.s.msr_read(vcpu, "EOIR1")


def configure(m: Machine) -> None:
    """Change configuration bytes, and perhaps tell the redistributor or ITS."""
    s = m.s
    lpi = s.rng.randrange(12)
    data = bytes(s.pick((0xA1, 0xA0, 0x01, 0x41, 0x81, 0xFD, 0xFF, 0, s.rng.randrange(256))) for _ in s.few(1, 4))
    s.poke_bytes(PROP_TABLE + lpi, data)
    kind = s.rng.randrange(5)
    its = s.pick(m.its)
    if kind == 0:
        send(m, its, on_event(0xC, s.rng.randrange(3), s.rng.randrange(3)))
    elif kind == 1:
        send(m, its, invall(some_collection(m)))
    elif kind == 2:
        intid = s.pick((LPI + lpi, LPI + lpi, LPI + lpi + 1, 31, 8191, 65535, s.word()))
        s.write(m.any_vcpu(), m.frame(m.any_vcpu()) + 0xA0, intid, s.pick((4, 8)))
    elif kind == 3:
        s.write(m.any_vcpu(), m.frame(m.any_vcpu()) + s.pick((0xB0, 0xB0, 0xB4, 0xA4)), s.word(), 4)


def delivery(s: Script) -> None:
    """MSIs and INT commands, taken and ended; configuration changed in between."""
    m = ready(s, its=s.pick((1, 1, 2)))
    for _ in s.few(20, 40):
        its, kind = s.pick(m.its), s.rng.randrange(100)
        if kind < 30:
            msi(m, its)
        elif kind < 60:
            take(m, m.any_vcpu())
        elif kind < 72:
            configure(m)
        elif kind < 90:
            send(m, its, *(some_command(m, its, hostile=2) for _ in s.few(1, 3)))
        else:
            s.mrs(m.any_vcpu(), s.pick(("HPPIR1", "ISR_EL1", "RPR", "AP1R0")))
    dump.everything(m)


def crowd(s: Script) -> None:
    """More LPIs pending than list registers, their priorities equal or not; who comes first."""
    m = bring_up(s, Plan(ids=ids(s, 1, 2), its=1, lpis=True))
    its = m.its[0]
    count = s.rng.randint(3, 12)
    priorities = s.pick(((0xA1,), (0xA1, 0x81), tuple(range(1, 256, 4)), (0xA1, 0xA5, 0xA9)))
    s.poke_bytes(PROP_TABLE, bytes(s.pick(priorities) for _ in range(count)))
    order = list(range(count))
    s.rng.shuffle(order)
    batch: list[Command] = [mapc(n, vcpu_id) for n, vcpu_id in enumerate(m.plan.ids)]
    batch.append(mapd(0, its.itt(0)))
    batch += [mapti(0, event, LPI + lpi, s.rng.randrange(len(m.plan.ids))) for event, lpi in enumerate(order)]
    send(m, its, *batch, by=0)
    for _ in s.few(6, 20):
        s.msi(its.doorbell, 0, s.rng.randrange(count))
        if s.chance(20):
            s.mrs(m.any_vcpu(), s.pick(("IAR1", "HPPIR1")))
        if s.chance(15):
            configure(m)
        if s.chance(15):
            send(m, its, movall(some_target(m), some_target(m)))
    for vcpu in m.vcpus:
        s.msr(vcpu, "CTLR", s.pick((0, 2)))
        for _ in range(s.rng.randint(2, 8)):
            s.mrs(vcpu, "IAR1")
            if s.chance(92):
                s.msr_read(vcpu, "EOIR1")
    dump.everything(m)


def enabling(s: Script) -> None:
    """EnableLPIs off and on, PTZ 0 and 1, bits found in pending tables, LPIs lost and kept."""
    m = ready(s, its=s.pick((1, 1, 2)), high=3)
    for _ in s.few(10, 25):
        vcpu, kind = m.any_vcpu(), s.rng.randrange(100)
        frame = m.frame(vcpu)
        if kind < 30:
            s.write(m.any_vcpu(), frame, s.pick((0, 0, 0, 1, 1, 8, s.word())))
            s.read(vcpu, frame)
            if s.chance(70):
                s.write(m.any_vcpu(), frame, 1)
        elif kind < 45:
            s.poke_bytes(pend_table(vcpu) + PENDING_LPIS, bytes([s.word(8), s.word(8)]))
        elif kind < 55:
            s.write(vcpu, frame + 0x78, pend_table(vcpu) | s.rng.randrange(2) << 62, 8)
        elif kind < 65:
            s.set(m.vgic, REDIST_REGS, m.redist(vcpu, 0), s.pick((0, 1, 1)))
        elif kind < 78:
            msi(m, s.pick(m.its))
        elif kind < 86:
            send(m, s.pick(m.its), mapti(s.rng.randrange(3), s.rng.randrange(4), LPI + s.rng.randrange(12), 0))
        elif kind < 93:
            configure(m)
        else:
            take(m, vcpu)
    dump.everything(m)


def bases(s: Script) -> None:
    """PROPBASER and PENDBASER: attributes, sizes, tables outside RAM, changed while LPIs are on."""
    m = bring_up(s, Plan(ids=ids(s, 1, 3), its=1, lpis=s.chance(60)))
    its = m.its[0]
    for _ in s.few(8, 18):
        vcpu = m.any_vcpu()
        offset = s.pick((0x70, 0x78))
        size = s.pick((4, 8, 8, 8))
        table = PROP_TABLE if offset == 0x70 else pend_table(vcpu)
        bits = s.pick((15, 15, 13, 12, 14, 31, 0, s.word(12)))
        value = s.pick((table | bits, table | bits, s.word(64), RAM_END | bits, RAM_END - 0x1000 | bits, bits))
        s.write(vcpu, m.frame(vcpu) + offset + s.pick((0, 0, 0, 4 if size == 4 else 0)), value, size)
        s.read(vcpu, m.frame(vcpu) + offset, 8)
        if s.chance(40):
            s.write(vcpu, m.frame(vcpu), s.rng.randrange(2))
        if s.chance(40):
            event = s.rng.randrange(4)
            intid = LPI + s.pick((0, 1, 2, 3, 4095, 4096, 8191, 8192, 16384, 57343))
            send(m, its, mapc(0, m.plan.ids[0]), mapd(1, its.itt(1)), mapti(1, event, intid, 0))
            s.msi(its.doorbell, 1, event)
            take(m, 0)
        if s.chance(20):
            s.set(m.vgic, CTRL, SAVE_PENDING)
    dump.everything(m)


def save_pending(s: Script) -> None:
    """KVM_DEV_ARM_VGIC_SAVE_PENDING_TABLES with LPIs in every state, and tables that cannot be written."""
    m = ready(s, its=s.pick((1, 2)), high=4)
    for _ in s.few(3, 8):
        for _ in s.few(1, 5):
            msi(m, s.pick(m.its))
        kind = s.rng.randrange(8)
        vcpu = m.any_vcpu()
        if kind == 0:
            s.poke_bytes(pend_table(vcpu) + PENDING_LPIS - s.rng.randrange(2), bytes([0xFF, 0xFF, 0xFF, 0xFF]))
        elif kind == 1:
            s.write(vcpu, m.frame(vcpu), 0)
            s.write(vcpu, m.frame(vcpu) + 0x78, s.pick((0x4200_0000, 0, pend_table(0))), 8)
            s.write(vcpu, m.frame(vcpu), s.rng.randrange(2))
        elif kind == 2:
            configure(m)
        elif kind == 3:
            take(m, vcpu)
        elif kind == 4:
            send(m, s.pick(m.its), on_event(s.pick((4, 15)), s.rng.randrange(3), s.rng.randrange(3)))
        elif kind == 5:
            send(m, s.pick(m.its), mapc(s.rng.randrange(3), m.plan.ids[0], 0))
        dump.pending(m)
    dump.everything(m)


def direct(s: Script) -> None:
    """LPIs by ways that are none: KVM_IRQ_LINE, device attributes, stores to the doorbell."""
    m = ready(s)
    for _ in s.few(10, 20):
        its, kind = m.its[0], s.rng.randrange(7)
        if kind < 3:
            intid = s.pick((8191, 8192, 8193, 8194, 8195, 8200, 65535))
            s.op("irq_line", irq=hex(1 << 24 | intid), level=s.pick((0, 1)))
        elif kind == 3:
            s.write(m.any_vcpu(), its.doorbell, s.rng.randrange(4), s.pick((2, 4)))
        elif kind == 4:
            s.set(m.vgic, DIST_REGS, s.pick((0x600, 0x5FC, 0x6000 + 8 * 1019)), s.word())
        elif kind == 5:
            send(m, its, on_event(3, s.rng.randrange(3), s.rng.randrange(3)), SYNC)
        else:
            take(m, m.any_vcpu())
    s.read(0, DIST + 4)
    dump.everything(m)
