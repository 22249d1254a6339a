"""The ledger: every LPI is delivered, coalesced, pending, or lost for a reason; what is not is found."""

from __future__ import annotations

from typing import TYPE_CHECKING

import anyio
import pytest

from aiovgic.engine.live import LiveExecution, run_live
from aiovgic.lab.ledger import Ledger, Totals, Why
from aiovgic.lab.stress_program import StressProgram
from aiovgic.model.lpi import LpiControl
from aiovgic.model.lrs import LrsV3
from aiovgic.scenario.loader import parse
from aiovgic.sync import Layer, replaces

if TYPE_CHECKING:
    from aiovgic.engine.outcome import Outcome
    from aiovgic.model.interface import ListRegister
    from aiovgic.model.irq import Irq

BUSY = """
schema: 1
title: Everything that can become of an LPI
machine:
  vcpus: 2
  its: [{device: 2, events: 32}]
  lpis:
    - {lpi: 8192, device: 2, event: 0, vcpu: 0}
    - {lpi: 8193, device: 2, event: 1, vcpu: 1}
    - {lpi: 8194, device: 2, event: 2, vcpu: 0, enabled: false}
tasks:
  driver:
    vcpu: 0
    steps:
      - run
      - mmio_write: {addr: 0x080a0000, size: 4, value: 0}
      - mmio_write: {addr: 0x080a0000, size: 4, value: 1}
      - ack
      - eoi
      - movi: {device: 2, event: 0, to: 1}
      - clear: {device: 2, event: 1}
      - discard: {device: 2, event: 2}
      - int: {device: 2, event: 1}
      - int: {device: 2, event: 9}
      - movi: {device: 2, event: 0, to: 0}
      - movall: {from: 0, to: 1}
      - ack
      - eoi
  guest: {vcpu: 1, steps: [run, ack, eoi, run, wfi, ack, eoi, ack, eoi]}
  nic: {thread: nic, steps: [
    {msi: {device: 2, event: 0}}, {msi: {device: 2, event: 1}}, {msi: {device: 2, event: 2}},
    {msi: {device: 2, event: 0}}, {msi: {device: 2, event: 2}}, {msi: {device: 3, event: 0}}]}
  nic2: {thread: nic2, steps: [
    {msi: {device: 2, event: 1}}, {msi: {device: 2, event: 0}}, {msi: {device: 2, event: 1}}]}
"""

ROUNDS = 40


def raced(layers: tuple[Layer, ...] = ()) -> tuple[list[Outcome], Totals]:
    """Live rounds of the busy scenario, and what became of their LPIs."""
    program = StressProgram(parse(BUSY, "busy.yaml", "busy"), layers)

    async def main() -> list[Outcome]:
        with anyio.fail_after(60):
            return [await LiveExecution(program, chaos=0.3, seed=seed).run() for seed in range(ROUNDS)]

    outcomes: list[Outcome] = run_live(main)
    return outcomes, program.totals


def test_every_lpi_of_busy_rounds_is_accounted_for() -> None:
    outcomes, totals = raced()
    assert [outcome.broken for outcome in outcomes if outcome.broken is not None] == []
    assert totals.sent == 11 * ROUNDS
    assert totals.found == 0
    assert totals.sent == totals.delivered + totals.coalesced + totals.pending + totals.lost.total()
    assert totals.lost["unmapped"] >= 2 * ROUNDS
    assert min(totals.delivered, totals.coalesced, totals.lost["CLEAR"], totals.lost["LPIs disabled"]) > 0


@replaces(LrsV3)
class ForgetsPending(LrsV3):
    """A what-if: what was pending in a list register is forgotten when it is folded back."""

    def fold_lr(self, lr: ListRegister, irq: Irq) -> None:
        lr.pending = lr.pending and not irq.is_lpi()
        super().fold_lr(lr, irq)


@replaces(LrsV3)
class PendsAgain(LrsV3):
    """A what-if: what the guest took becomes pending again when it is folded back."""

    def fold_lr(self, lr: ListRegister, irq: Irq) -> None:
        lr.pending = True
        super().fold_lr(lr, irq)


@replaces(LpiControl)
class MovesForgetPending(LpiControl):
    """A what-if: an LPI that is moved is not pending any more."""

    async def move_target(self, irq: Irq, source: object, target: object) -> None:
        async with irq.irq_lock:
            irq.pending_latch = False


@replaces(LpiControl)
class DropsMsis(LpiControl):
    """A what-if: an MSI for an LPI that is pending already says that it has arrived, and is dropped."""

    async def set_pending(self, irq: Irq) -> None:
        if not irq.pending_latch:
            await super().set_pending(irq)


@pytest.mark.parametrize(
    ("layer", "says"),
    [
        pytest.param(ForgetsPending, "1 too few", id="forgotten at the fold"),
        pytest.param(PendsAgain, "too many", id="pending again at the fold"),
        pytest.param(MovesForgetPending, "move_target lost it, for no reason", id="forgotten by a move"),
        pytest.param(DropsMsis, "MSIs were accepted, but LPIs became pending", id="accepted and dropped"),
    ],
)
def test_an_lpi_that_vanishes_or_doubles_is_found(layer: Layer, says: str) -> None:
    outcomes, _ = raced((layer,))
    broken = [outcome.broken for outcome in outcomes if outcome.broken is not None]
    assert {(each.kind, each.rule) for each in broken} == {("lost-interrupt", "every-lpi-accounted-for")}
    assert [each.title for each in broken if says in each.title]


def test_an_account_that_balances_says_nothing() -> None:
    ledger = Ledger()
    ledger.open({8192: 1})
    ledger.latch(8192, Why.SENT, "set_pending", was=True, now=True)
    ledger.accept()
    ledger.latch(8192, Why.TO_REGISTER, "populate_lr", was=True, now=False)
    ledger.deliver(8192)
    assert not list(ledger.balance({}, {8192: True}))


@pytest.mark.parametrize(
    ("why", "reason"),
    [
        pytest.param(Why.CLEARED, "CLEAR", id="CLEAR"),
        pytest.param(Why.LPIS_OFF, "LPIs disabled", id="EnableLPIs cleared"),
        pytest.param(Why.TABLE_READ, "EnableLPIs read the pending table", id="EnableLPIs set"),
        pytest.param(Why.TO_REGISTER, "unmapped", id="unmapped while in a list register"),
    ],
)
def test_what_may_be_lost_has_its_reason(why: Why, reason: str) -> None:
    ledger = Ledger()
    ledger.open({8192: 1})
    ledger.latch(8192, why, "any_function", was=True, now=False)
    assert not list(ledger.balance({}, {}))
    assert ledger.accounts[8192].lost == {reason: 1}


@replaces(LpiControl)
class ClearsByItsOwnHelper(LpiControl):
    """A what-if: CLEAR changes the latch in a function with another name."""

    async def clear_pending(self, irq: Irq) -> None:
        async with irq.irq_lock:
            forget(irq)


def forget(irq: Irq) -> None:
    irq.pending_latch = False


def test_the_operation_counts_and_not_the_name_of_the_function_that_writes() -> None:
    outcomes, totals = raced((ClearsByItsOwnHelper,))
    assert [outcome.broken for outcome in outcomes if outcome.broken is not None] == []
    assert totals.lost["CLEAR"] > 0
