"""Where each shipped scenario fails, and how: nothing may pass because it cannot fail."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiovgic.record.finding import Kind

WHATIFS = Path(__file__).parent.parent / "whatif"


@dataclass(frozen=True)
class Fails:
    """On a revision, or under a what-if or a bug over the base, a scenario is found to break."""

    kind: Kind
    revision: str = "fixed"
    bugs: tuple[str, ...] = ()
    strategy: str = "auto"

    def __str__(self) -> str:
        return Path(self.bugs[-1]).stem if self.bugs else self.revision


def on(revision: str, kind: Kind = "expectation") -> Fails:
    """History broke it."""
    return Fails(kind, revision=revision)


def with_bug(bug: str, kind: Kind = "expectation") -> Fails:
    """A bug of the catalogue breaks it."""
    return Fails(kind, bugs=(bug,))


def under(whatif: str, kind: Kind = "expectation", strategy: str = "auto", over: tuple[str, ...] = ()) -> Fails:
    """No kernel breaks it; this file of tests/whatif does, over the bugs of the catalogue named by ``over``."""
    return Fails(kind, bugs=(*over, str(WHATIFS / f"{whatif}.py")), strategy=strategy)


STRANDS = ("retarget-strands",)
"""Without this bug the writer of a new target hands a pending interrupt over, and pruning seldom has to."""


FAILS: Mapping[str, tuple[Fails, ...]] = {
    # init
    "addr-again": (with_bug("its-base-stuck"),),
    "addr-vs-addr": (on("its-v7"),),
    "addr-vs-init": (on("its-v7"),),
    "cloud-hypervisor": (under("routes_in_place"),),
    "crosvm": (under("assign_without_look"),),
    "device-again": (with_bug("device-fd-after-create"),),
    "failed-vcpu-vs-init": (
        with_bug("failed-vcpu-redist-dangling", "use-after-free"),
        with_bug("config-srcu-teardown", "lock-order"),
    ),
    "firecracker": (under("signal_drops_lock"),),
    "first-runs": (on("v6.1", "publication"),),
    "frame-of-nobody": (with_bug("iobus-unregister-enomem", "use-after-free"),),
    "first-runs-without-memory": (with_bug("ready-though-failed", "publication"),),
    "init-again": (on("v6.12", "leak"),),
    "init-vs-init": (on("its-v7", "list"),),
    "its-while-running": (under("bus_in_place", "publication"),),
    "kvmtool": (under("initialized_first", "publication", strategy="random"),),
    "msi-vs-init": (on("its-v7"),),
    "qemu": (on("its-v7"),),
    "two-its": (under("addr_without_slots_lock"),),
    "vcpu-again": (on("v6.12", "leak"),),
    "vcpu-vs-init": (on("v6.12", "publication"),),
    "vcpu-vs-vgic": (on("v6.12", "publication"),),
    # its
    "flush-vs-flush": (with_bug("cache-double-put", "use-after-free"),),
    "mapd-without-memory": (on("v6.12"),),
    "mapti-of-pending": (on("v6.12"),),
    "mapti-vs-release": (on("v6.12", "map"),),
    "mapti-without-memory": (with_bug("lpi-add-self-deadlock", "deadlock"),),
    "movall-vs-movi": (on("v6.1", "map"), under("movall_moves_all", "map")),
    "msi-uncached": (on("v6.12", "refcount"),),
    "msi-vs-discard": (with_bug("cache-hit-no-ref", "use-after-free"),),
    "msi-vs-its-off": (on("v6.12"), on("v6.1")),
    "msi-vs-mapc": (under("cache_after_unlock"),),
    "msi-vs-mapd": (under("msi_without_its_lock", "use-after-free"),),
    "msi-vs-movall": (under("migrate_without_kick", "lost-interrupt", over=STRANDS),),
    "msi-vs-movi": (
        under("queue_without_recheck", "lost-interrupt", over=STRANDS),
        under("migrate_without_kick", "lost-interrupt", over=STRANDS),
    ),
    "routes-vs-irqfd": (under("routes_without_grace", "use-after-free"), under("routes_in_place")),
    "routes-vs-routes": (under("routes_without_lock", "use-after-free"),),
    "save-vs-irqfd": (under("irqfd_without_worker"),),
    "save-vs-running": (under("save_while_running"),),
    "save-vs-unmapping": (with_bug("mapd-keeps-entry"),),
    "two-cwriters": (under("cwriter_without_cmd_lock"),),
    # kick
    "active-vs-active": (with_bug("active-change-livelock", "livelock"),),
    "active-vs-handler": (with_bug("active-read-stale", "lr-edit"),),
    "icactive-vs-fold": (on("v6.1", "lr-edit"),),
    "line-vs-entry": (
        with_bug("missed-kick-requestless", "lost-interrupt"),
        under("request_without_kick", "lost-interrupt"),
    ),
    "line-vs-unmask-and-wfi": (with_bug("wfi-stale-vmcr", "lost-wakeup"),),
    "msi-vs-wfi": (with_bug("wfi-preempt-no-doorbell", "lost-wakeup"),),
    "sgi-vs-wfi": (under("look_before_waiting", "lost-wakeup"),),
    "swap": (under("own_list_first", "lock-order"),),
    "two-halts": (with_bug("halts-not-counted", "lr-edit"),),
    # lpi
    "clear-vs-fold": (with_bug("its-clear-unlocked", "data-race"),),
    "forwarded-route-vs-signal": (under("translation_in_two_steps"), with_bug("vlpi-lost-by-route")),
    "inv-vs-inv": (on("v6.12"),),
    "lpi-off-vs-guest": (on("v6.12", "lr-edit"),),
    "mapti-vs-int": (with_bug("lpi-import-erases"),),
    "msi-vs-lpi-off": (on("v6.12"), on("v6.1")),
    "msi-vs-msi": (under("queue_without_recheck", "list"), under("kick_before_queue", "lost-interrupt")),
    "on-vs-off": (under("lpis_plain_flag"), under("halt_without_wait", "lr-edit")),
    "prune-vs-flush": (with_bug("prune-stale-owner", "list"), under("migrate_without_look", "list")),
    "prune-vs-last-put": (with_bug("prune-no-ref", "use-after-free"),),
    # teardown
    "irqfd-off": (under("deassign_without_flush"),),
}
"""By scenario."""

SHOWN_ELSEWHERE = ("halt_of_its_own", "mpidr_without_lock", "no_kick_if_queued", "routes_kept")
"""Files of tests/whatif that `tests/check/test_found.py` and `tests/lab/test_moments.py` show with a scenario."""

ONE_OUTCOME: Mapping[str, str] = {
    # init
    "addr-after-init": "one task",
    "addr-vs-init": "INIT of an ITS does nothing",
    "doorbell-page": "one task",
    "failed-vcpu-vs-msi": "a frame is refused as nothing is",
    "first-run-retry": "INIT of an ITS does nothing",
    "guest-vs-init": "INIT of an ITS does nothing",
    "its-with-gicv2": "there is no ITS for an MSI",
    "init-vs-init": "INIT of an ITS does nothing",
    "msi-vs-init": "INIT of an ITS does nothing",
    # its
    "msi-uncached": "what is cached cannot be seen",
    # kick
    "icactive-vs-fold": "who was first cannot be seen",
    # teardown
    "close-vs-msi": "closing a descriptor does nothing",
}
"""By scenario, why on the base all executions end alike: what happens sometimes happens always."""
