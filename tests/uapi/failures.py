"""One operation on a fresh machine, in which the nth thing that can fail does fail."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from aiovgic.arch.intid import VGIC_MIN_LPI
from aiovgic.model.facts import facts
from aiovgic.model.faults import FaultBudget
from aiovgic.scenario.loader import parse
from aiovgic.sync import Runtime
from aiovgic.uapi.machine import Machine

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from aiovgic.record.operation import Operation
    from aiovgic.scenario.scenario import Scenario
    from aiovgic.sync import Layer

NEVER = -1
CURSORS = ("creadr", "cwriter")
SHOWN = 4
"""Facts that differ which a line has room for."""

TEXT = """
schema: 1
title: {name}
machine: {machine}
tasks: {{it: {{{thread}, steps: [{step}, {step}]}}}}
"""

State = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """A machine, and a step on it that is done twice; all in the words of scenarios."""

    name: str
    machine: str
    step: str
    thread: str = "thread: vmm"

    def twice(self) -> list[Operation]:
        """The operations of the step, done twice."""
        return [step.op for step in scenario_of(self).tasks[0].steps]


@cache
def scenario_of(case: Case) -> Scenario:
    """A case as a scenario."""
    return parse(TEXT.format(**vars(case)), case.name, case.name)


class FailingRuntime(Runtime):
    """The nth thing that may fail fails, from when it is armed on."""

    noting = True

    def __init__(self) -> None:
        super().__init__()
        self.fails = NEVER
        self.sites: list[str] | None = None
        """What could have failed, since it was armed."""

    def pick(self, alternatives: int, what: str) -> int:
        assert alternatives == 2
        if self.sites is None:
            return 0
        self.sites.append(what.removeprefix("faults."))
        return int(len(self.sites) - 1 == self.fails)


class Failing:
    """A case on a fresh machine: its set-up is done."""

    def __init__(self, case: Case, layers: Sequence[Layer], fails: int = NEVER) -> None:
        self.rt = FailingRuntime()
        plan = scenario_of(case).machine
        self.machine = Machine(self.rt, layers, host=plan.host, faults=FaultBudget(1, 1))
        self.actor = self.machine.actor("test")
        for step in plan.setup:
            result = self.do(step.op)
            assert result["errno"] is None, (step.op, result)
        twice = case.twice()
        self.first, self.second = twice[: len(twice) // 2], twice[len(twice) // 2 :]
        self.rt.fails = fails

    def do(self, op: Operation) -> Mapping[str, Any]:
        """One operation; its result."""
        return self.rt.finish(self.machine.perform(self.actor, op))

    def step(self) -> tuple[str, list[str]]:
        """Do the step once: its errno, and what could have failed in it."""
        self.rt.sites = []
        results = [self.do(op) for op in self.first]
        sites, self.rt.sites = self.rt.sites, None
        return outcome(results), sites

    def again(self) -> str:
        """Do it once more, and nothing fails: its errno."""
        return outcome([self.do(op) for op in self.second])

    def state(self) -> State:
        """Everything that a failure could leave behind, the ring's cursors left out."""
        if self.machine.session is None:
            return {}
        vm = self.machine.session.vm
        found = facts(vm)
        found["irqs"] = {name: irq for name, irq in found["irqs"].items() if irq_is_counted(name)}
        for its in found["its"].values():
            for cursor in CURSORS:
                del its[cursor]
        found["vm"] |= {
            "created_vcpus": vm.created_vcpus.value,
            "max_vcpus": vm.max_vcpus,
            "slots": len(vm.memory.slots),
        }
        found["regions"] = {region.name: region.free_index for region in vm.dist.rd_regions}
        found["routes"] = len(vm.routing.irq_routing.value.map.value)
        found["irqfds"] = len(vm.irqfds.items)
        return found


def irq_is_counted(name: str) -> bool:
    """Whether this is an LPI; the others are there for ever, and known once they were looked at."""
    return name.startswith("irq") and int(name[3:]) >= VGIC_MIN_LPI


def outcome(results: Sequence[Mapping[str, Any]]) -> str:
    """The last errno of several operations, or what was returned."""
    return str(results[-1]["errno"] or "ok")


def differences(before: Mapping[str, Any], after: Mapping[str, Any], path: str = "") -> Iterator[str]:
    """The names of the facts that differ."""
    for name in dict.fromkeys((*before, *after)):
        old, new = before.get(name), after.get(name)
        if isinstance(old, dict) and isinstance(new, dict):
            yield from differences(old, new, f"{path}{name}.")
        elif old != new:
            yield f"{path}{name}"


def left(before: State, after: State) -> str:
    """What is different, in few words."""
    if before and not after:
        return "no VM"
    found = list(differences(before, after))
    more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
    return ", ".join(found[:SHOWN]) + more


@dataclass(frozen=True)
class Failure:
    """What came of one failure."""

    site: str
    errno: str
    left: str
    again: str
    """What the same step gives after the failure, and where that leaves another state than without one."""

    def __str__(self) -> str:
        parts = [f"{self.site:<48} {self.errno}"]
        parts += [f"leaves {self.left}"] if self.left else []
        parts += [f"again {self.again}"] if self.again else []
        return "; ".join(parts)


def walk(case: Case, layers: Sequence[Layer]) -> Iterator[Failure]:
    """Let each thing that can fail fail, one at a time."""
    plain = Failing(case, layers)
    errno, sites = plain.step()
    assert errno == "ok", errno
    done = plain.state()
    for n, site in enumerate(sites):
        failing = Failing(case, layers, n)
        before = failing.state()
        errno, reached = failing.step()
        assert reached[: n + 1] == sites[: n + 1]
        remains = left(before, failing.state())
        again = failing.again()
        other = left(done, failing.state())
        repeated = " and ".join([again] * (again != "ok") + [f"other {other}"] * bool(other))
        yield Failure(site, errno, remains, repeated)
