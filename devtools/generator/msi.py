"""Themes: MSIs by ioctl, GSI routing, eventfds, and the cache of translations between them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import dump
from .commands import mapc, mapd, mapti, movall, on_event, send
from .lpi import ready, take
from .machine import ITS, LPI, Its, Machine, Plan, bring_up, ids
from .vocabulary import CTRL, INIT, NR_IRQS, Line

if TYPE_CHECKING:
    from .script import Script


def signals(s: Script) -> None:
    """KVM_SIGNAL_MSI in every state of the VM: doorbells, flags, ids out of range."""
    stage = s.pick((0, 1, 2, 2, 2, 2))
    if stage == 0:
        s.create_vm()
        _msis(s, 3)
        s.vcpu(0, 0)
        s.device(s.pick(("vgic-v3", "vgic-its")))
        _msis(s, 3)
        s.device(s.pick(("vgic-v3", "vgic-its")))
        _msis(s, 3)
        s.set(0, CTRL, INIT)
        _msis(s, 3)
        return
    if stage == 1:
        m = bring_up(s, Plan(ids=ids(s, 1, 2), its=s.rng.randrange(3), guest=False))
        _msis(s, 10)
        dump.dist(m)
        return
    m = ready(s, its=s.pick((1, 2)))
    for _ in s.few(4, 8):
        _msis(s, 4)
        take(m, m.any_vcpu())
    dump.everything(m)


def _msis(s: Script, turns: int) -> None:
    for _ in range(turns):
        doorbell = s.pick((*ITS, ITS[0])) + (0x1_0040 if s.chance(75) else s.pick((0, 0x40, 0x1_FFFF, 0x2_0000)))
        if s.chance(10):
            doorbell = s.pick((0, 0x0800_0040, 0x080A_0000, 0x4000_0000, (1 << 64) - 1, 1 << 40 | ITS[0] + 0x1_0040))
        devid = s.rng.randrange(3) if s.chance(90) else s.pick((65535, 65536, 0xFFFF_FFFF))
        data = s.rng.randrange(3) if s.chance(90) else s.pick((65535, 65536, 0xFFFF_FFFF))
        s.msi(doorbell, devid, data, s.pick((1, 1, 1, 1, 0, 0, 2, 3, 0x8000_0001)))


def cache(s: Script) -> None:
    """MSIs without KVM_MSI_VALID_DEVID show what is cached, after each thing that may flush it."""
    m = ready(s, its=s.pick((1, 2)), low=1, high=3)
    pairs = [(device, event) for device in range(3) for event in range(2)]
    for _ in s.few(5, 10):
        for device, event in s.rng.sample(pairs, s.rng.randint(1, 4)):
            s.msi(s.pick(m.its).doorbell, device, event)
        _flush(m, s.pick(m.its))
        for its in m.its:
            for device, event in s.rng.sample(pairs, 3):
                doorbell = its.doorbell if s.chance(80) else its.base + s.pick((0, 0x1_0000, 0x1_0041))
                s.msi(doorbell, device, event, 0)
        if s.chance(50):
            take(m, m.any_vcpu())
    dump.everything(m)


def _flush(m: Machine, its: Its) -> None:
    s = m.s
    device, event = s.rng.randrange(3), s.rng.randrange(2)
    kind = s.rng.randrange(11)
    if kind == 0:
        send(m, its, mapd(s.pick((device, 9)), its.itt(device), 5, s.rng.randrange(2)))
    elif kind == 1:
        send(m, its, mapc(s.rng.randrange(3), s.pick(m.plan.ids), s.rng.randrange(2)))
    elif kind == 2:
        send(m, its, on_event(s.pick((1, 15, 15, 12, 4)), device, event, s.rng.randrange(3)))
    elif kind == 3:
        send(m, its, movall(s.pick(m.plan.ids), s.pick(m.plan.ids)))
    elif kind == 4:
        s.write(0, its.base, 0)
        s.write(0, its.base, s.pick((0, 1, 1)))
    elif kind == 5:
        vcpu = m.any_vcpu()
        s.write(0, m.frame(vcpu), 0)
        s.write(0, m.frame(vcpu), s.pick((0, 1, 1)))
    elif kind == 6:
        send(m, its, mapti(device, event, LPI + s.rng.randrange(6), s.rng.randrange(2)))
    elif kind == 7:
        s.set(its.dev, CTRL, s.pick(("KVM_DEV_ARM_ITS_CTRL_RESET", "KVM_DEV_ARM_ITS_SAVE_TABLES")))
    elif kind == 8:
        s.write(0, its.base, 1)


def _entry(s: Script, its: Its | None) -> Line:
    gsi = s.rng.randrange(6) if s.chance(92) else s.pick((40, 1023, 4095, 4096, 0xFFFF_FFFF))
    kind = s.rng.randrange(100)
    if kind < 40 or its is None:
        pin = s.rng.randrange(6) if s.chance(85) else s.pick((31, 32, 63, 64, 223, 224, 987, 988, 991, 1020))
        chip = s.pick((1, 2, 255)) if s.chance(5) else 0
        return {"gsi": gsi, "type": "irqchip", "irqchip": chip, "pin": pin}
    if kind < 95:
        doorbell = its.doorbell if s.chance(90) else s.pick((0, its.base, 0x0800_0000))
        flags = 1 if s.chance(80) else s.pick((0, 0, 2, 3))
        data = s.rng.randrange(3)
        return {"gsi": gsi, "type": "msi", "address": hex(doorbell), "data": data, "devid": data, "flags": flags}
    return {"gsi": gsi, "type": s.pick((0, 3, 4, 5, 6, 100)), "irqchip": 0, "pin": 0, "flags": s.rng.randrange(2)}


def routing(s: Script) -> None:
    """KVM_SET_GSI_ROUTING and KVM_IRQFD: what is accepted when."""
    stage = s.rng.randrange(3)
    its = Its(1, ITS[0], 0)
    s.create_vm()
    s.vcpu(0, 0)
    for step in range(3):
        if step <= stage:
            (lambda: s.device("vgic-v3"), lambda: s.device("vgic-its"), lambda: s.set(0, CTRL, INIT))[step]()
        if step == 1 and s.chance(40):
            s.set(0, NR_IRQS, 0, 64)
        for _ in s.few(1, 4):
            _routes(s, its)
            s.op("irqfd", gsi=s.pick((0, 1, 2, 5, 1023)), flags=s.pick((0, 0, 0, 1, 1, 4, 8)))
    s.set(0, CTRL, INIT)
    for _ in s.few(2, 6):
        _routes(s, its)
        s.op("irqfd", gsi=s.rng.randrange(4), flags=s.pick((0, 0, 1)))


def _routes(s: Script, its: Its | None) -> None:
    entries = [_entry(s, its) for _ in s.few(0, 5)]
    if s.chance(60):
        entries = list({str(entry["gsi"]): entry for entry in entries}.values())
    s.op("set_gsi_routing", entries=entries)


def eventfds(s: Script) -> None:
    """Eventfds signalled through routes to SPIs and MSIs, cached and not."""
    m = ready(s, its=1, high=2)
    s.write(0, 0x0800_0104, 0xFF)
    s.write(0, 0x0800_0C08, s.pick((0, 0xAAAA, 0x8888)))
    armed = []
    if s.chance(70):
        s.op("set_gsi_routing", entries=_good_entries(s, m.its[0]))
    for gsi in range(4):
        if s.chance(75):
            s.op("irqfd", gsi=gsi)
            armed.append(gsi)
    signals_left = 6
    for _ in s.few(8, 16):
        kind = s.rng.randrange(6)
        if kind < 2 and armed and signals_left:
            signals_left -= 1
            s.op("irqfd_signal", gsi=s.pick(armed))
        elif kind == 2:
            s.msi(m.its[0].doorbell, s.rng.randrange(3), s.rng.randrange(3), s.pick((1, 1, 0)))
        elif kind == 3:
            take(m, m.any_vcpu())
        elif kind == 4:
            s.line(s.rng.randrange(32, 36), s.rng.randrange(2))
        elif s.chance(40):
            s.op("set_gsi_routing", entries=_good_entries(s, m.its[0]))
        elif armed and s.chance(50):
            s.op("irqfd", gsi=s.pick(armed), flags=s.pick((0, 1, 1)))
    dump.everything(m)


def _good_entries(s: Script, its: Its) -> list[Line]:
    found: dict[str, Line] = {}
    while len(found) < 4:
        entry = _entry(s, its)
        if entry["type"] in ("irqchip", "msi") and str(entry["gsi"]) in "012345":
            found[str(entry["gsi"])] = entry
    return list(found.values())


def several(s: Script) -> None:
    """Many events of many devices: more translations than 6.1's cache holds."""
    m: Machine = bring_up(s, Plan(ids=ids(s, 1, 2), its=1, lpis=True))
    its = m.its[0]
    count = s.rng.randint(12, 40)
    send(m, its, *(mapc(n, vcpu_id) for n, vcpu_id in enumerate(m.plan.ids)), mapd(0, its.itt(0), 6), by=0)
    send(m, its, *(mapti(0, n, LPI + n, n % len(m.plan.ids)) for n in range(count)), by=0)
    order = list(range(count))
    if s.chance(50):
        s.rng.shuffle(order)
    for event in order:
        s.msi(its.doorbell, 0, event)
    for event in s.rng.sample(order, 12):
        s.msi(its.doorbell, 0, event, 0)
    dump.pending(m)
    for vcpu in m.vcpus:
        dump.drain(m, vcpu, 4)
