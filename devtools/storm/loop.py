"""The loop: machine after machine, each a script that depends on the seed and its number only."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from random import Random
from typing import TYPE_CHECKING

from aiovgic.bugs import baser_keeps_mappings, lpi_mapped_twice, retarget_strands
from aiovgic.revisions import layers_of
from devtools.generator import lpi
from devtools.generator.commands import KNOWN, map_some, send, some_command
from devtools.generator.script import Script
from devtools.storm import accesses, shapes
from devtools.storm.rig import Rig

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from devtools.generator.commands import Command
    from devtools.generator.machine import Its, Machine
    from devtools.generator.v2 import V2

    Turn: TypeAlias = Callable[[int], int]
    """Writes down so many accesses or commands at most; gives how many."""
    Writes: TypeAlias = Callable[[], None]

ACCESSES_A_MACHINE = 1000
COMMANDS_A_MACHINE = 1000
BATCH = 25
"""Accesses between two looks at the rules, and the most commands of one."""

BESIDES = 10
"""In percent: how often something else happens, too."""

REPAIRS = 20
"""In percent of turns: how often a guest starts anew."""

NEARLY = 70
"""In percent: how many commands are nearly valid."""


@dataclass
class Report:
    """How much a storm has done."""

    machines: int = 0
    accesses: int = 0
    commands: int = 0
    operations: int = 0
    dead: int = 0
    """Machines that could not be asked any more, before they had all their accesses."""


KNOWN_FAULTS = (baser_keeps_mappings.BUG, lpi_mapped_twice.BUG, retarget_strands.BUG)
"""Known faults of older revisions that the accesses of one guest show without a race. A storm is to find others."""

MENDED = tuple(layer for bug in KNOWN_FAULTS for layer in bug.layers)


def left_out(revision: str) -> list[str]:
    """The known faults of a revision that a storm over it leaves out. Raises UsageError for no revision."""
    return [bug.id for bug in KNOWN_FAULTS if set(bug.layers) <= set(layers_of(revision))]


class Storm:
    """One storm; ``machine`` is one machine of it."""

    def __init__(self, revision: str, seed: int) -> None:
        self.layers = tuple(layer for layer in layers_of(revision) if layer not in MENDED)
        self.seed = seed
        self.report = Report()

    def machine(self, number: int, most: int, *, commands: bool) -> int:
        """One machine from its set-up to its end; gives how many accesses or commands it took. Raises Broken."""
        s = Script(Random(f"storm/{'commands' if commands else 'accesses'}/{self.seed}/{number}"))
        shape = shapes.draw(s.rng, number, its=commands)
        rig = Rig(shape.host, self.layers)
        if commands:
            turn = commanding(shapes.up(s, its=True))
        elif shape.v2:
            turn = accessing_v2(shapes.up_v2(s))
        else:
            turn = accessing(shapes.up(s, its=False))
        count = 0
        while count < most and not rig.dead:
            count += turn(min(BATCH, most - count))
            rig.do(s.ops)
            s.ops.clear()
            rig.check()
        self.report.machines += 1
        self.report.dead += rig.dead
        self.report.operations += len(rig.done)
        return count


def accessing(m: Machine) -> Turn:
    """Accesses to a machine with a vgic-v3."""
    return turns(m.s, partial(accesses.one, m), partial(accesses.besides, m), partial(accesses.repair, m))


def accessing_v2(m: V2) -> Turn:
    """Accesses to a machine with a vgic-v2."""
    return turns(m.s, partial(accesses.one_v2, m), partial(accesses.besides_v2, m), partial(accesses.repair_v2, m))


def turns(s: Script, one: Writes, besides: Writes, repair: Writes) -> Turn:
    """Accesses one after the other, and sometimes what is none."""

    def turn(count: int) -> int:
        if s.chance(REPAIRS):
            repair()
        for _ in range(count):
            one()
            if s.chance(BESIDES):
                besides()
        return count

    return turn


def commanding(m: Machine) -> Turn:
    """Commands put into the rings of a machine; its guest takes what they deliver."""
    s = m.s
    if s.chance(80):
        for its in m.its:
            map_some(m, its)

    def turn(count: int) -> int:
        batch = [command(m, its := s.pick(m.its)) for _ in range(s.rng.randint(1, count))]
        send(m, its, *batch)
        vcpu = m.any_vcpu()
        for _ in s.few(0, 2):
            lpi.take(m, vcpu)
        if s.chance(REPAIRS):
            accesses.repair(m)
        if s.chance(BESIDES):
            accesses.besides(m)
            accesses.control(m)
        return len(batch)

    return turn


def command(m: Machine, its: Its) -> Command:
    """A command by chance: mostly nearly valid, else four random words, whose opcode may be one."""
    if m.s.chance(NEARLY):
        return some_command(m, its)
    words = m.s.word(64), m.s.word(64), m.s.word(64), m.s.word(64)
    return words if m.s.chance(50) else (words[0] & ~0xFF | m.s.pick(KNOWN), *words[1:])


def storm(
    revision: str,
    seed: int,
    *,
    accesses: int = 0,
    commands: int = 0,
    progress: Callable[[Report], None] | None = None,
) -> Report:
    """So many accesses, then so many commands. Raises Broken for the first machine that does not bear it."""
    weather = Storm(revision, seed)
    report = weather.report
    number = 0
    while report.accesses < accesses:
        most = min(ACCESSES_A_MACHINE, accesses - report.accesses)
        report.accesses += weather.machine(number, most, commands=False)
        number += 1
        if progress is not None:
            progress(report)
    number = 0
    while report.commands < commands:
        most = min(COMMANDS_A_MACHINE, commands - report.commands)
        report.commands += weather.machine(number, most, commands=True)
        number += 1
        if progress is not None:
            progress(report)
    return report
