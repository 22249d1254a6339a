"""The ledger of LPIs: every one that was sent is delivered, coalesced, pending, or lost for a reason.

An interrupt is pending in one of two places: its latch, or a list register. A move from one
to the other changes nothing here. What comes and what goes is entered; at a quiet point the books must balance.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any

from aiovgic.record.finding import Violation

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

RULE = "every-lpi-accounted-for"


class Why(Enum):
    """The operation of KVM in which the latch of an LPI is written."""

    OTHER = "no operation that is listed here"
    SENT = "an MSI has come"
    TO_REGISTER = "moved into a list register"
    FROM_REGISTER = "folded back from a list register"
    CLEARED = "CLEAR"
    LPIS_OFF = "LPIs disabled"
    TABLE_READ = "EnableLPIs read the pending table"
    VM_ENDED = "the VM ended"


MAY_LOSE = (Why.CLEARED, Why.LPIS_OFF, Why.TABLE_READ, Why.VM_ENDED)
"""The operations after which the architecture allows that a pending LPI is not pending any more."""

UNMAPPED = "unmapped"
"""Why an LPI is lost that no event maps any more, or that no event mapped when it was sent."""


@dataclass
class Account:
    """One LPI's entries."""

    before: int = 0
    """Pending when the race began."""
    sent: int = 0
    found: int = 0
    """Found pending in a table in memory."""
    coalesced: int = 0
    delivered: int = 0
    lost: Counter[str] = field(default_factory=Counter)
    """By reason."""
    unexplained: list[str] = field(default_factory=list)
    """What made it not pending without a reason."""

    @property
    def due(self) -> int:
        """How often it must still be pending."""
        gone = self.coalesced + self.delivered + self.lost.total() + len(self.unexplained)
        return self.before + self.sent + self.found - gone


@dataclass
class Totals:
    """What became of LPIs, over all rounds."""

    sent: int = 0
    found: int = 0
    delivered: int = 0
    coalesced: int = 0
    pending: int = 0
    lost: Counter[str] = field(default_factory=Counter)

    def to_json(self) -> dict[str, Any]:
        """The totals as plain data."""
        return {
            "sent": self.sent,
            "found_pending": self.found,
            "delivered": self.delivered,
            "coalesced": self.coalesced,
            "pending": self.pending,
            "lost": dict(sorted(self.lost.items())),
        }


class Ledger:
    """The books of one race."""

    def __init__(self) -> None:
        self.open({})

    def open(self, pending: Mapping[int, int]) -> None:
        """A race begins with these LPIs pending, each so often."""
        self.accounts: dict[int, Account] = {intid: Account(before=count) for intid, count in pending.items()}
        self.accepted = 0
        self.refused: Counter[str] = Counter()

    def account(self, intid: int) -> Account:
        """An LPI's account."""
        return self.accounts.setdefault(intid, Account())

    # -- entries ------------------------------------------------------------------------------

    def accept(self) -> None:
        """The sender of an MSI was told that it has reached an LPI."""
        self.accepted += 1

    def refuse(self, reason: str) -> None:
        """An MSI has reached no LPI."""
        self.refused[reason] += 1

    def deliver(self, intid: int) -> None:
        """A guest has acknowledged it."""
        self.account(intid).delivered += 1

    def lose(self, intid: int, reason: str, count: int = 1) -> None:
        """It is not pending any more, and the architecture allows it."""
        self.account(intid).lost[reason] += count

    def latch(self, intid: int, why: Why, by: str, *, was: bool, now: bool) -> None:
        """Its latch is written in this operation; ``by`` is the function, for reports."""
        account = self.account(intid)
        if why is Why.SENT and now:
            account.sent += 1
            account.coalesced += was
        elif why is Why.FROM_REGISTER and now:
            account.coalesced += was
        elif now and not was:
            account.found += 1
        elif was and not now and why is not Why.TO_REGISTER:
            if why in MAY_LOSE:
                account.lost[why.value] += 1
            else:
                account.unexplained.append(by)

    # -- the balance --------------------------------------------------------------------------

    def balance(self, pending: Mapping[int, int], had: Mapping[int, bool]) -> Iterator[Violation]:
        """What does not add up, given what is pending now, and which LPIs an event or a list still refers to.

        An interrupt that was in a list register when its LPI was unmapped is lost as unmapped.
        """
        sent = sum(account.sent for account in self.accounts.values())
        if sent != self.accepted:
            what = f"{self.accepted} MSIs were accepted, but LPIs became pending {sent} times"
            yield Violation("lost-interrupt", RULE, what)
        for intid, account in sorted(self.accounts.items()):
            for by in account.unexplained:
                what = f"LPI {intid} was pending, and {by} lost it, for no reason that the architecture allows"
                yield Violation("lost-interrupt", RULE, what)
            missing = account.due - pending.get(intid, 0)
            if missing > 0 and intid not in had:
                self.lose(intid, UNMAPPED, missing)
            elif missing:
                yield Violation("lost-interrupt", RULE, told(intid, account, pending.get(intid, 0), missing))

    def add_to(self, totals: Totals, pending: Mapping[int, int]) -> None:
        """Enter a round that is over into the totals."""
        refused = self.refused.total()
        totals.sent += refused
        totals.lost += self.refused
        for account in self.accounts.values():
            totals.sent += account.sent
            totals.found += account.found + account.before
            totals.delivered += account.delivered
            totals.coalesced += account.coalesced
            totals.lost += account.lost
        totals.pending += sum(pending.values())


def told(intid: int, account: Account, pending: int, missing: int) -> str:
    """An account that does not balance, in words."""
    verdict = f"{missing} too few" if missing > 0 else f"{-missing} too many"
    return (
        f"LPI {intid} was pending {account.before} times at first, sent {account.sent} times, found in a table "
        f"{account.found} times; {account.delivered} delivered, {account.coalesced} coalesced, "
        f"{account.lost.total()} lost, {pending} pending: {verdict}"
    )
