"""vCPU tasks on both engines: waiting for interrupts, being halted, and resting at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from aiovgic.model.vcpu import Vcpu
from aiovgic.sync import replaces
from tests.scenario.engines import live, on_both, results, swept

if TYPE_CHECKING:
    from collections.abc import Callable

    from aiovgic.engine.outcome import Outcome

SGI_1_TO_VCPU0 = "sysreg_write: {reg: ICC_SGI1R, value: 0x1000001}"
ENABLE_SGIS = "mmio_write: {vcpu: 0, addr: 0x080b0100, size: 4, value: 0xffff}"

WOKEN = f"""
machine: {{vcpus: 2, setup: [{{{ENABLE_SGIS}}}]}}
tasks:
  sleeper: {{vcpu: 0, steps: [wfi, {{ack: null, as: ack}}, eoi]}}
  waker: {{vcpu: 1, steps: [{{{SGI_1_TO_VCPU0}}}]}}
always: {{results: {{ack: {{value: 1}}}}, delivered: {{1: 1}}, taken: {{1: vcpu0}}}}
"""

MASKED = f"""
machine: {{vcpus: 2, setup: [{{{ENABLE_SGIS.replace("vcpu: 0, addr: 0x080b", "vcpu: 1, addr: 0x080d")}}}]}}
tasks:
  sleeper: {{vcpu: 0, steps: [wfi, {{ack: null, as: ack}}]}}
  waker: {{vcpu: 1, steps: [{{sysreg_write: {{reg: ICC_SGI1R, value: 0x1000002}}}}]}}
"""

ALONE = """
machine: {vcpus: 1}
tasks:
  sleeper: {vcpu: 0, steps: [{wfi: null, as: wfi}, {ack: null, as: ack}]}
"""

HALTED = """
machine: {vcpus: 2, its: [{device: 2}], lpis: [{lpi: 8192, device: 2, event: 0, vcpu: 0}]}
tasks:
  mover: {vcpu: 0, steps: [{movall: {from: 0, to: 1}, as: moved}]}
  runner: {vcpu: 1, steps: [run, wfi, {ack: null, as: ack}, eoi]}
  nic: {thread: nic, steps: [{msi: {device: 2, event: 0}, as: msi}]}
always: {results: {moved: {ret: 0}, ack: {value: 8192}, msi: {ret: 1}}, delivered: {8192: 1}}
"""

MUTEX = """
machine: {vcpus: 1}
tasks:
  sleeper: {vcpu: 0, steps: [{wfi: null, as: wfi}]}
  vmm: {thread: vmm, steps: [{get_one_reg: {vcpu: 0, id: 0x6030000000100000}, as: reg}]}
"""

INTERRUPTED = """
machine:
  vcpus: 1
  setup:
    - mmio_write: {vcpu: 0, addr: 0x08000c08, size: 4, value: 2}
    - mmio_write: {vcpu: 0, addr: 0x08000104, size: 4, value: 1}
tasks:
  guest: {vcpu: 0, steps: [run, wfi, {ack: null, as: ack}, eoi]}
  timer: {isr: cpu-of guest, steps: [{irq_line: {irq: 0x1000020, level: 1}, as: raised}]}
always: {delivered: {32: 1}, results: {raised: {ret: 0}, ack: {value: 32}}}
"""


def test_a_guest_that_waits_is_woken_by_an_sgi_whenever_it_comes() -> None:
    assert results(on_both(WOKEN, 80), "ack") == ["0x1"]


@replaces(Vcpu)
class LooksBeforeItJoins(Vcpu):
    """A what-if: a vCPU that halts looks once, then joins the sleepers, and does not look again."""

    async def halt(self) -> None:
        if await self.is_runnable():
            return
        slept = False

        async def woken() -> bool:
            nonlocal slept
            before, slept = slept, True
            return before and await self.is_runnable()

        await self.wait.wait(woken, idle=True, killable=True)


@pytest.mark.parametrize("engine", [swept, live])
def test_without_the_second_look_the_same_wake_up_is_lost(engine: Callable[..., list[Outcome]]) -> None:
    broken = [outcome.broken for outcome in engine(WOKEN, 300, [LooksBeforeItJoins]) if outcome.broken is not None]
    assert broken
    assert {each.title for each in broken} <= {
        "ack never ended, expected {value: 1}",
        "sleeper sleeps on vcpu0.wait, though the condition that it waits for is true",
        "vcpu0 waits for an interrupt, and vcpu0.irq1 is on its list and due",
    }


def test_a_resting_guest_that_was_killed_leaves_its_interrupts_for_the_end() -> None:
    outcomes = live(MASKED, 8)
    assert results(outcomes, "ack") == [None]
    assert {str(outcome.seen["delivered"]) for outcome in outcomes} == {"[[1, 'vcpu1']]"}


def test_a_guest_that_waits_for_nothing_rests_and_is_killed_in_the_end() -> None:
    assert results(on_both(ALONE, 4), "ack") == [None]


def test_vcpus_that_are_halted_come_back() -> None:
    assert results(on_both(HALTED, 60), "ack") == ["0x2000"]


def test_who_waits_for_a_resting_guest_rests_too_and_gives_up_when_it_is_killed() -> None:
    assert results(on_both(MUTEX, 40), "reg") == ["0x0", "EINTR"]


def test_a_host_interrupt_reaches_the_guest_that_it_interrupts() -> None:
    assert results(on_both(INTERRUPTED, 60), "ack") == ["0x20"]
