"""The tables of the programs of the literature."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devtools.programs.literature.buffers import circular_buffer, queue, stack
from devtools.programs.literature.conditions import arithmetic_prog, buffer_if, remote_agent, sync01, sync02
from devtools.programs.literature.exclusion import bakery, dekker, peterson, read_write_lock
from devtools.programs.literature.lockfree import safestack, treiber_aba
from devtools.programs.literature.locking import (
    carter01,
    deadlock01,
    fsbench,
    phase01,
    philosophers,
    twostage,
    wronglock,
)
from devtools.programs.literature.objects import airline, bank, double_checked, linked_list, stringbuffer
from devtools.programs.literature.peers import abba, kick, rare
from devtools.programs.literature.reduction import apart, filesystem, guarded, indexer, lastzero, readers
from devtools.programs.literature.sctbench import account, bluetooth, lazy01, reorder, token_ring
from devtools.programs.literature.stealing import wsq

if TYPE_CHECKING:
    from devtools.programs.literature.known import Known, Published

LITERATURE: tuple[Known, ...] = (
    readers(2),
    readers(8),
    filesystem(14),
    filesystem(16),
    filesystem(18),
    indexer(12),
    indexer(13),
    indexer(15),
    lastzero(5),
    lastzero(8),
    apart(),
    guarded(3, 1, 6),
    guarded(3, 2, 90),
    guarded(3, 3, 1680),
    abba(),
)
"""Programs whose number of traces is known."""

BUGS: tuple[Known, ...] = (abba(), kick(), rare())
"""Small bugs that separate strategies."""

SURW = "SURW (ASPLOS 2025), from SCTBench"

PUBLISHED: tuple[Published, ...] = (
    account(),
    airline(),
    arithmetic_prog(),
    bakery(),
    bank(),
    bluetooth(1, "2 threads, 13 points", "SCTBench; KISS, PLDI 2004"),
    bluetooth(2, "3 threads", "KISS, PLDI 2004"),
    buffer_if(),
    carter01(),
    circular_buffer(),
    deadlock01(),
    dekker(),
    double_checked(),
    fsbench(),
    lazy01(),
    linked_list(),
    peterson(),
    phase01(),
    philosophers(3),
    philosophers(5),
    queue(),
    read_write_lock(),
    remote_agent(),
    reorder(3, "4 threads, 12 points"),
    reorder(4, "5 threads, 16 points"),
    reorder(5, "6 threads, 20 points"),
    reorder(10, "11 threads, 40 points"),
    reorder(20, "21 threads, 89 points"),
    reorder(50, "51 threads", SURW),
    safestack(),
    stack(),
    stringbuffer(),
    sync01(),
    sync02(),
    token_ring(),
    treiber_aba(),
    twostage(2, "3 threads, 11 points"),
    twostage(20, "21 threads", SURW),
    twostage(50, "51 threads", SURW),
    twostage(100, "101 threads, 792 points"),
    wronglock(7, "9 threads, 49 points"),
    wronglock(3, "5 threads, 25 points"),
    wsq(4, 2, "3 threads, 161 points"),
    wsq(8, 2, "3 threads", first=True),
)
"""Programs with a bug that the literature measures strategies with, and their sizes as published."""
