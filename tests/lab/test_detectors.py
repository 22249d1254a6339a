"""The detectors on the model: one thing taken away from it at a time, and what is said then."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from aiovgic.bugs import disable_lpis_running, guest_mode_published_early, its_clear_unlocked, ready_before_iodev
from aiovgic.engine.detect import Detectors
from aiovgic.engine.explore import explore
from aiovgic.engine.strategies.random import RandomStrategy
from aiovgic.model.irq import Irq
from aiovgic.model.locks import ORDER
from aiovgic.model.lpi import LpiControl
from aiovgic.model.lpi_tables import LpiTables
from aiovgic.model.vcpu import Vcpu
from aiovgic.scenario.loader import parse
from aiovgic.scenario.program import ScenarioProgram
from aiovgic.sync import replaces

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiovgic.sync import Layer

HEAD = """schema: 1
title: A machine
machine: {vcpus: 2, its: [{device: 2, events: 2}], lpis: [{lpi: 8192, device: 2, event: 0, vcpu: 1}]}
tasks:
"""
MSI = "  nic: {thread: nic, steps: [{msi: {device: 2, event: 0}}]}\n"
TWO_MSIS = "  nic: {thread: nic, steps: [{msi: {device: 2, event: 0}}, {msi: {device: 2, event: 0}}]}\n"
SLEEPER = "  guest: {vcpu: 1, steps: [{wfi: {}}, ack]}\n"
BUSY = "  guest: {vcpu: 1, steps: [ack, ack, ack, ack, ack, ack]}\n"
CLEARS = "  guest: {vcpu: 0, steps: [{clear: {device: 2, event: 0}}]}\n"
RELOADS = "  guest: {vcpu: 0, steps: [{inv: {device: 2, event: 0}}]}\n"
LPIS_OFF = "  off: {vcpu: 0, steps: [{mmio_write: {addr: 0x080c0000, size: 4, value: 0}}]}\n"
LINE = "  line: {thread: line, steps: [{irq_line: {irq: 0x01000021, level: 1}}]}\n"
MOVER = "  mover: {vcpu: 0, steps: [{mmio_write: {addr: 0x08006108, size: 8, value: 0}}]}\n"
ACTIVE_SPI = """  other: {vcpu: 0, steps: [{mmio_write: {addr: 0x08000384, size: 4, value: 2}}]}
  guest: {vcpu: 1, steps: [ack, eoi, ack]}
"""
SPI_ON = """schema: 1
title: A machine with a line that goes to vCPU 1
machine:
  vcpus: 2
  setup:
    - mmio_write: {vcpu: 0, addr: 0x08000104, size: 4, value: 2}
    - mmio_write: {vcpu: 0, addr: 0x08006108, size: 8, value: 1}
tasks:
"""


@replaces(Vcpu)
class NoKick(Vcpu):
    """A queued interrupt makes no request and kicks no vCPU."""

    async def make_request_irq_pending(self) -> None:
        pass

    async def kick(self) -> None:
        pass


@replaces(Irq)
class GivesUp(Irq):
    """queue_irq_unlock gives up if the interrupt moved before the locks were taken."""

    async def queue_irq_unlock(self) -> bool:
        vcpu = self.target_oracle()
        if self.vcpu is not None or vcpu is None:
            return await self.already_placed(vcpu)
        self.irq_lock.release()
        async with vcpu.ap_list_lock, self.irq_lock:
            if self.still_belongs(vcpu):
                await self.put_on_list(vcpu)
        await vcpu.make_request_irq_pending()
        await vcpu.kick()
        return True


@replaces(Irq)
class NoRecheck(Irq):
    """The world has not moved."""

    def still_belongs(self, vcpu: Vcpu) -> bool:
        return True


@replaces(Irq)
class Inverted(Irq):
    """The list's lock is taken inside the interrupt's."""

    async def queue_irq_unlock(self) -> bool:
        vcpu = self.target_oracle()
        if self.vcpu is not None or vcpu is None:
            return await self.already_placed(vcpu)
        async with vcpu.ap_list_lock:
            await self.put_on_list(vcpu)
        self.irq_lock.release()
        await vcpu.make_request_irq_pending()
        await vcpu.kick()
        return True


@replaces(LpiControl)
class InvalidatesNothing(LpiControl):
    """GICR_INVLPIR reads no configuration."""

    async def inv_lpi(self, vcpu: Vcpu, intid: int) -> None:
        pass


@replaces(LpiTables)
class ReadsUnderTheLock(LpiTables):
    """Guest memory is read with a spinlock held."""

    async def update_lpi_config(self, irq: Irq, filter_vcpu: Vcpu | None = None) -> None:
        async with irq.irq_lock:
            self.apply_config(irq, await self.read_byte(0x40000000))


def found(text: str, layers: Sequence[Layer], budget: int = 1000) -> list[str]:
    """What up to so many random executions show, by kind and rule."""
    program = ScenarioProgram(parse(text, "s.yaml", "s"), layers)
    detectors = Detectors(ORDER)
    search = explore(program, RandomStrategy(1), budget, watches=detectors.watches)
    return [f"{each.kind}: {each.rule}" for each in search.found.values()]


@pytest.mark.parametrize(
    ("text", "layers", "says"),
    [
        pytest.param(HEAD + MSI + SLEEPER, [NoKick], "lost-wakeup: missed-wakeup", id="asleep and not kicked"),
        pytest.param(HEAD + MSI + BUSY, [NoKick], "lost-interrupt: not-kicked", id="in the guest and not kicked"),
        pytest.param(SPI_ON + LINE + MOVER, [GivesUp], "lost-interrupt: not-queued", id="moved and given up"),
        pytest.param(HEAD + MSI + MSI.replace("nic", "other"), [NoRecheck], "list: list-mismatch", id="queued twice"),
        pytest.param(HEAD + MSI, [Inverted], "lock-order: inverted-order-of-model", id="locks inside out"),
        pytest.param(
            HEAD + RELOADS,
            [InvalidatesNothing, ReadsUnderTheLock],
            "sleep-in-atomic: may-not-sleep",
            id="memory under a spinlock",
        ),
        pytest.param(
            HEAD + TWO_MSIS + CLEARS,
            its_clear_unlocked.LAYERS,
            "data-race: happens-before",
            id="cleared without the lock",
        ),
        pytest.param(
            HEAD + MSI + LPIS_OFF + BUSY, disable_lpis_running.LAYERS, "lr-edit: edited-while-loaded", id="off while in"
        ),
        pytest.param(
            SPI_ON + LINE + ACTIVE_SPI,
            guest_mode_published_early.LAYERS,
            "lr-edit: edited-while-loaded",
            id="outside before the fold",
        ),
        pytest.param(
            "schema: 1\ntitle: A run\nmachine: {vcpus: 1, ready: false}\n"
            "tasks:\n  run: {vcpu: 0, steps: [{mmio_read: {addr: 0x08000004, size: 4}}]}\n",
            ready_before_iodev.LAYERS,
            "publication: ready-too-early",
            id="ready before it is",
        ),
    ],
)
def test_what_was_taken_away_is_missed_and_nothing_else(text: str, layers: Sequence[Layer], says: str) -> None:
    assert says in found(text, layers)
    assert found(text, (), 100) == []
