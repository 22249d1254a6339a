"""Themes: the ITS's commands, its ring, its tables, and its switches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import dump
from .commands import (
    SYNC,
    Command,
    map_some,
    mapc,
    mapd,
    mapti,
    movall,
    on_event,
    send,
    some_command,
    some_device,
    some_itt,
    some_lpi,
    some_target,
)
from .lpi import configure, msi, ready, take
from .machine import (
    CMD_QUEUE,
    COLL_TABLE,
    DEV_L2,
    DEV_TABLE,
    INDIRECT,
    LPI,
    RAM_END,
    VALID,
    Its,
    Machine,
    Plan,
    bring_up,
    ids,
    start_its,
)

if TYPE_CHECKING:
    from .script import Script


def commands(s: Script) -> None:
    """Commands of all kinds, one or a few at a time, MSIs and acknowledges between them."""
    m = ready(s, high=3)
    its = m.its[0]
    for _ in s.few(12, 30):
        send(m, its, *(some_command(m, its, hostile=4) for _ in s.few(1, 4)))
        if s.chance(40):
            msi(m, its)
        if s.chance(30):
            take(m, m.any_vcpu())
    dump.everything(m)


def noise(s: Script) -> None:
    """Commands with words of noise in them."""
    m = ready(s, high=2)
    its = m.its[0]
    for _ in s.few(8, 20):
        send(m, its, *(some_command(m, its, hostile=60) for _ in s.few(1, 6)))
        if s.chance(30):
            msi(m, its)
    dump.everything(m)


def moving(s: Script) -> None:
    """MOVI, MOVALL and MAPC again, with LPIs pending, listed and lost between vCPUs."""
    m = ready(s, low=2, high=4)
    its = m.its[0]
    for _ in s.few(12, 30):
        kind = s.rng.randrange(10)
        event = s.rng.randrange(3), s.rng.randrange(3)
        if kind < 3:
            msi(m, its)
        elif kind < 5:
            send(m, its, on_event(1, *event, s.rng.randrange(len(m.plan.ids))))
        elif kind < 6:
            send(m, its, movall(some_target(m), some_target(m)))
        elif kind < 7:
            send(m, its, mapc(s.rng.randrange(4), some_target(m), int(s.chance(70))))
        elif kind < 8:
            s.op("run", vcpu=m.any_vcpu())
        else:
            take(m, m.any_vcpu())
    dump.everything(m)


def two(s: Script) -> None:
    """Two ITSes that share LPIs, vCPUs and, perhaps, tables."""
    m = ready(s, its=2, low=2, high=4)
    if s.chance(25):
        m.its[1].shift = 0
        s.write(0, m.its[1].base, 0)
        start_its(m, m.its[1])
        map_some(m, m.its[1])
    for _ in s.few(12, 30):
        its, kind = s.pick(m.its), s.rng.randrange(10)
        if kind < 4:
            msi(m, its)
        elif kind < 7:
            send(m, its, *(some_command(m, its, hostile=2) for _ in s.few(1, 2)))
        elif kind < 8:
            s.write(m.any_vcpu(), its.base, s.rng.randrange(2))
        elif kind < 9:
            configure(m)
        else:
            take(m, m.any_vcpu())
    dump.everything(m)


def ring(s: Script) -> None:
    """The ring: wraps, partial batches, cursors beyond it, batches kept back while the ITS is off."""
    m = bring_up(s, Plan(ids=ids(s, 1, 2), its=1, lpis=True))
    its = m.its[0]
    its.pages = s.pick((1, 1, 2, 16))
    s.write(0, its.base, 0)
    start_its(m, its)
    map_some(m, its)
    for _ in s.few(5, 12):
        kind = s.rng.randrange(9)
        if kind < 4:
            _long_batch(m, its)
        elif kind == 4:
            s.write(0, its.base, 0)
            send(m, its, *(some_command(m, its) for _ in s.few(1, 4)))
            s.read(0, its.base)
            s.write(0, its.base, 1)
        elif kind == 5:
            s.write(0, its.base + 0x88, s.pick((its.pages * 4096, its.pages * 4096 + 32, 0xFFFFF, 1 << 20, 1, 31)), 8)
        elif kind == 6:
            s.write(0, its.base + 0x88 + s.pick((0, 4)), s.pick((its.cursor, its.cursor | 1, s.word())), 4)
        elif kind == 7:
            m.its_set(its, s.pick((0x88, 0x90)), s.rng.randrange(0, its.pages * 4096 + 64, 32))
        else:
            back = s.rng.randrange(0, 4096, 32)
            s.write(0, its.base + 0x88, back, 8)
        dump.its(m, its) if s.chance(40) else s.read(0, its.base + 0x90, 8)
        msi(m, its)
    dump.everything(m)


def _long_batch(m: Machine, its: Its) -> None:
    """Move the cursor near the end of the ring by hand, then wrap over it."""
    s = m.s
    room = (its.pages * 4096 - its.cursor) // 32
    if room > 4 and its.pages == 1:
        send(m, its, *([SYNC] * (room - s.rng.randint(1, 3))))
    send(m, its, *(some_command(m, its) for _ in s.few(2, 5)))


def switches(s: Script) -> None:
    """CTLR, CBASER and BASER written in any order, whole and in halves, with mappings alive."""
    m = ready(s, its=s.pick((1, 1, 2)), high=2)
    for _ in s.few(10, 22):
        its, kind = s.pick(m.its), s.rng.randrange(12)
        if kind < 3:
            s.write(m.any_vcpu(), its.base, s.pick((0, 0, 1, 1, 3, s.word())))
        elif kind < 7:
            _some_base(m, its)
        elif kind < 8:
            start_its(m, its)
        elif kind < 9:
            map_some(m, its, 2, 2)
        elif kind < 10:
            m.its_set(its, s.pick((0x0, 0x80, 0x100, 0x108)), s.pick((0, 1, VALID | its.at(DEV_TABLE), s.word(64))))
        else:
            msi(m, its)
            take(m, m.any_vcpu())
        s.read(0, its.base)
        if s.chance(40):
            s.write(0, its.base, 0)
            start_its(m, its)
            map_some(m, its, 2, 2)
            msi(m, its)
    for its in m.its:
        s.write(0, its.base, 0)
        dump.its(m, its)
        start_its(m, its)
        send(m, its, SYNC, by=0)
    dump.everything(m)


def _some_base(m: Machine, its: Its) -> None:
    s = m.s
    offset = s.pick((0x80, 0x100, 0x100, 0x108, 0x108, 0x110))
    table = {0x80: CMD_QUEUE, 0x100: DEV_TABLE}.get(offset, COLL_TABLE)
    base = s.pick((its.at(table), its.at(table), its.at(table) + 0x1_0000, RAM_END, RAM_END - 0x1_0000, 0))
    extra = s.pick((0, 0, 0, 1, 7, 0xFF, 0x3000, 7 << 59, 7 << 56, 7 << 53, 31 << 48, s.word(12)))
    value = s.pick((VALID, VALID, VALID, 0)) | s.pick((0, 0, INDIRECT)) | base | extra
    if s.chance(20):
        half = s.rng.randrange(2)
        s.write(m.any_vcpu(), its.base + offset + 4 * half, value >> 32 * half & 0xFFFF_FFFF, 4)
    else:
        s.write(m.any_vcpu(), its.base + offset, value, 8)
    s.read(0, its.base + offset, 8)


def limits(s: Script) -> None:
    """Ids at the edge of flat and indirect tables, level 2 pages missing, shared or outside RAM."""
    m = bring_up(s, Plan(ids=ids(s, 1, 2), its=1, lpis=True))
    its = m.its[0]
    pages = s.pick((0, 0, 1, 7))
    indirect = s.chance(60)
    s.write(0, its.base, 0)
    if indirect:
        entries = [VALID | its.at(DEV_L2), 0, VALID | RAM_END, its.at(DEV_L2), VALID | its.at(DEV_L2) + 0x1_0000]
        s.rng.shuffle(entries)
        s.poke(its.at(DEV_TABLE), *entries, VALID | its.at(DEV_L2) | s.word(12))
    start = its.at(DEV_TABLE) if s.chance(85) else RAM_END - 0x1_0000
    s.write(0, its.base + 0x100, VALID | (INDIRECT if indirect else 0) | start | pages, 8)
    coll = its.at(COLL_TABLE) if s.chance(85) else s.pick((RAM_END - 0x1_0000, RAM_END))
    s.write(0, its.base + 0x108, VALID | INDIRECT | coll | s.pick((0, 0, 1)), 8)
    s.write(0, its.base, 1)
    devices = [some_device(s) if s.chance(40) else s.rng.randrange(6) * 8192 + s.rng.randrange(3) for _ in range(8)]
    for device in devices:
        batch: list[Command] = [mapc(s.pick((0, 1, 8191, 8192, 16383, 65535)), some_target(m), int(s.chance(85)))]
        batch.append(mapd(device, some_itt(m, its, device), s.pick((1, 2, 5, 16, 17)), int(s.chance(90))))
        event = s.pick((0, 0, 1, 2, 31, 32, 511, 65535))
        batch.append(mapti(device, event, some_lpi(s), s.pick((0, 0, 1, 8191, 8192))))
        send(m, its, *batch)
        s.msi(its.doorbell, device, event)
        if s.chance(20):
            s.poke(its.at(DEV_TABLE) + 8 * s.rng.randrange(6), s.pick((0, VALID | its.at(DEV_L2))))
    dump.everything(m)
    s.scan(its.at(DEV_L2), 0x100)


def lpi_numbers(s: Script) -> None:
    """One LPI mapped by many events, devices and ITSes; mapped, discarded and mapped again."""
    m = ready(s, its=s.pick((1, 2)), high=3)
    for _ in s.few(12, 25):
        its = s.pick(m.its)
        device, event = s.rng.randrange(3), s.rng.randrange(3)
        kind = s.rng.randrange(8)
        if kind < 3:
            send(m, its, mapti(device, event, LPI + s.rng.randrange(3), s.rng.randrange(3)))
        elif kind < 4:
            send(m, its, on_event(15, device, event))
        elif kind < 5:
            send(m, its, mapd(device, its.itt(device), 3, s.rng.randrange(2)))
        elif kind < 7:
            s.msi(its.doorbell, device, event)
        else:
            take(m, m.any_vcpu())
    dump.everything(m)
