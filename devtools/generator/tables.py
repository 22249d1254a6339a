"""Themes: ITS tables saved, restored, made by hand, corrupted; and the ITS reset."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import dump
from .commands import SYNC, map_some, send, some_collection, some_command, some_lpi
from .lpi import msi, ready, take
from .machine import (
    COLL_TABLE,
    DEV_L2,
    DEV_TABLE,
    INDIRECT,
    LPI,
    RAM_END,
    SECOND,
    VALID,
    Its,
    Machine,
    Plan,
    bring_up,
    ids,
    start_its,
)
from .vocabulary import CTRL, RESET, RESTORE_TABLES, SAVE_TABLES

if TYPE_CHECKING:
    from .script import Script

UNMAPPED = 0xFFFF_FFFF


def dte(itt: int, bits: int, following: int, valid: int = 1) -> int:
    """A device table entry of ABI revision 0."""
    return valid << 63 | following << 49 | itt >> 8 << 5 | bits - 1 & 31


def ite(lpi: int, collection: int, following: int) -> int:
    """An interrupt translation entry."""
    return following << 48 | lpi << 16 | collection


def cte(collection: int, target: int, valid: int = 1) -> int:
    """A collection table entry."""
    return valid << 63 | target << 16 | collection


def saving(s: Script) -> None:
    """SAVE_TABLES over what commands left, again and again, over tables that were dirty."""
    m = ready(s, its=s.pick((1, 1, 2)), high=4)
    if s.chance(40):
        for its in m.its:
            s.poke(its.at(COLL_TABLE), *(s.word(64) for _ in range(6)))
            s.poke(its.itt(0), *(s.word(64) for _ in range(6)))
    for _ in s.few(2, 5):
        its = s.pick(m.its)
        send(m, its, *(some_command(m, its, hostile=2) for _ in s.few(1, 6)))
        if s.chance(15):
            s.write(0, its.base, s.rng.randrange(2))
        if s.chance(10):
            s.poke(its.at(DEV_TABLE), s.pick((0, VALID | its.at(DEV_L2), VALID | RAM_END)))
        dump.tables(m, its)
    dump.everything(m)


def _restore(m: Machine, its: Its, *, first_reset: bool) -> None:
    if first_reset:
        m.s.set(its.dev, CTRL, RESET)
        start_its(m, its)
    m.s.set(its.dev, CTRL, RESTORE_TABLES)


def round_trip(s: Script) -> None:
    """Saved, reset or not, restored, saved again, in one VM; MSIs prove what lives."""
    m = ready(s, its=s.pick((1, 1, 2)), high=3)
    for _ in s.few(1, 3):
        its = s.pick(m.its)
        for _ in s.few(0, 3):
            msi(m, its)
        send(m, its, *(some_command(m, its, hostile=2) for _ in s.few(0, 4)), SYNC)
        s.set(its.dev, CTRL, SAVE_TABLES)
        if s.chance(25):
            _scratch(m, its)
        _restore(m, its, first_reset=s.chance(75))
        for _ in s.few(1, 4):
            msi(m, its)
        take(m, m.any_vcpu())
    dump.everything(m)


def _scratch(m: Machine, its: Its) -> None:
    """Damage one word of the saved tables."""
    s = m.s
    where = s.pick((its.at(COLL_TABLE), its.at(DEV_TABLE), its.itt(0), its.itt(1))) + 8 * s.rng.randrange(4)
    value = s.pick((0, s.word(64), some_ite(m), some_cte(m), some_dte(m, its)))
    s.poke(where, value)


def some_cte(m: Machine) -> int:
    """A plausible collection entry, or one that refuses."""
    s = m.s
    target = s.pick(m.plan.ids) if s.chance(75) else s.pick((UNMAPPED, UNMAPPED, 0xFFFF, 40, 0xFFFF_FFFE))
    return cte(some_collection(m), target, int(s.chance(90))) | (s.word(11) << 52 if s.chance(5) else 0)


def some_ite(m: Machine) -> int:
    """A plausible translation entry, or one that refuses."""
    s = m.s
    lpi = some_lpi(s) if s.chance(85) else s.pick((0, 1, 8191, 65535, 65536, 0xFFFF_FFFF))
    return ite(lpi & 0xFFFF_FFFF, some_collection(m), s.pick((0, 1, 1, 1, 2, 3, 31, 32, 65535)))


def some_dte(m: Machine, its: Its) -> int:
    """A plausible device entry, or one that refuses."""
    s = m.s
    itt = its.itt(s.rng.randrange(4)) if s.chance(85) else s.pick((0, RAM_END, RAM_END - 0x100, 0x41))
    return dte(itt, s.pick((1, 2, 2, 3, 5, 16, 17, 32)), s.pick((0, 1, 1, 2, 3, 16383)), int(s.chance(92)))


def _by_hand(m: Machine, its: Its) -> list[tuple[int, int]]:
    """Tables that could have been saved, with a flaw here and there; their devices and events."""
    s = m.s
    made_here: list[tuple[int, int]] = []
    collections = list(range(s.rng.randint(1, 4)))
    flaws = s.pick((0, 0, 6, 15))
    entries = [some_cte(m) if s.chance(flaws) else cte(n, s.pick(m.plan.ids)) for n in collections]
    s.poke(its.at(COLL_TABLE), *entries, 0)
    devices = sorted(s.rng.sample(range(8), s.rng.randint(1, 4)))
    base = its.at(DEV_L2) if m.plan.indirect else its.at(DEV_TABLE)
    for here, after in zip(devices, [*devices[1:], None], strict=True):
        following = 0 if after is None else after - here
        s.poke(base + 8 * here, some_dte(m, its) if s.chance(flaws) else dte(its.itt(here), 3, following))
        events = sorted(s.rng.sample(range(8), s.rng.randint(1, 4)))
        for event, then in zip(events, [*events[1:], None], strict=True):
            step = 0 if then is None else then - event
            good = ite(LPI + s.rng.randrange(12), s.pick(collections), step)
            s.poke(its.itt(here) + 8 * event, some_ite(m) if s.chance(flaws) else good)
            made_here.append((here, event))
    if s.chance(flaws):
        s.poke(base, s.word(64))
    return made_here


def made(s: Script) -> None:
    """RESTORE_TABLES of tables made by hand, right and wrong; what it returns and what it leaves."""
    m = bring_up(s, Plan(ids=ids(s, 1, 4), its=1, lpis=s.chance(85), indirect=s.chance(30), ptz=s.rng.randrange(2)))
    its = m.its[0]
    for _ in s.few(1, 3):
        pairs = _by_hand(m, its)
        if s.chance(10):
            s.write(0, its.base, 0)
            _table_bases(m, its)
        if s.chance(15):
            map_some(m, its, 2, 2)
        _restore(m, its, first_reset=s.chance(30))
        dump.its(m, its)
        for _ in s.few(2, 4):
            s.msi(its.doorbell, *s.pick(pairs))
        take(m, m.any_vcpu())
    dump.everything(m)


def _table_bases(m: Machine, its: Its) -> None:
    s = m.s
    for offset, table in ((0x100, DEV_TABLE), (0x108, COLL_TABLE)):
        base = s.pick((its.at(table), its.at(table), its.at(table), RAM_END, RAM_END - 0x1_0000))
        value = s.pick((VALID, VALID, VALID, 0)) | s.pick((0, INDIRECT)) | base | s.pick((0, 1))
        s.write(0, its.base + offset, value, 8)
    s.write(0, its.base, 1)


def garbage(s: Script) -> None:
    """RESTORE_TABLES of noise."""
    m = bring_up(s, Plan(ids=ids(s, 1, 2), its=1, lpis=True, indirect=s.chance(30)))
    its = m.its[0]
    for _ in s.few(2, 4):
        s.poke(its.at(COLL_TABLE), *(some_cte(m) for _ in s.few(1, 5)))
        base = its.at(DEV_L2) if m.plan.indirect and s.chance(70) else its.at(DEV_TABLE)
        s.poke(base + 8 * s.rng.randrange(3), *(some_dte(m, its) for _ in s.few(1, 5)))
        for device in range(4):
            s.poke(its.itt(device), *(some_ite(m) for _ in s.few(1, 5)))
        s.set(its.dev, CTRL, RESTORE_TABLES)
        if s.chance(50):
            s.set(its.dev, CTRL, RESET)
            start_its(m, its)
    dump.everything(m)


def resets(s: Script) -> None:
    """KVM_DEV_ARM_ITS_CTRL_RESET with everything mapped and pending; then it starts again."""
    m = ready(s, its=s.pick((1, 2)), high=3)
    for _ in s.few(1, 4):
        its = s.pick(m.its)
        for _ in s.few(1, 4):
            msi(m, its)
        s.set(its.dev, CTRL, RESET)
        dump.its(m, its)
        msi(m, its)
        take(m, m.any_vcpu())
        if s.chance(70):
            start_its(m, its)
            if s.chance(70):
                map_some(m, its)
    dump.everything(m)


def exchanged(s: Script) -> None:
    """One ITS's tables restored by another, and two that save over one another."""
    m = ready(s, its=2, high=3)
    first, second = m.its
    s.set(first.dev, CTRL, SAVE_TABLES)
    if s.chance(60):
        s.set(second.dev, CTRL, RESET)
    s.write(0, second.base, 0)
    second.shift = 0 if s.chance(80) else SECOND
    start_its(m, second)
    s.set(second.dev, CTRL, RESTORE_TABLES)
    for its in (first, second, first):
        msi(m, its)
        take(m, m.any_vcpu())
    s.set(first.dev, CTRL, RESET)
    msi(m, second)
    dump.everything(m)
