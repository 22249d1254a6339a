"""Rules that are asked while tasks still run: DPOR finds what naive DFS finds, in every order of creation."""

from __future__ import annotations

import json
from itertools import permutations
from typing import TYPE_CHECKING, Any

import pytest

from aiovgic.engine.detect import Detectors
from aiovgic.engine.explore import explore
from aiovgic.engine.steps import Steps
from aiovgic.engine.strategies.dfs import DfsStrategy
from aiovgic.engine.strategies.dpor import DporStrategy
from aiovgic.engine.strategies.follow import Follow
from aiovgic.errors import DivergedError
from aiovgic.record.finding import Violation
from aiovgic.sync import RELEASE, Guarded, LockOrder, Part, Parts
from tests.engine.programs import MiniSession

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from aiovgic.engine.strategies.base import Strategy
    from aiovgic.sync import Context, Runtime, Shared
    from tests.engine.programs import Body


class Machine(Part):
    """A guest that is told of what is pending by a request and a kick, and words that say that something is ready."""

    pending = Guarded(0, by="a")
    built = Guarded(0, by="a")
    active = Guarded(0, by="a", mirrored=True)
    loaded_by = Guarded["Context | None"](None, by="a")

    def __init__(self, parts: Parts, name: str) -> None:
        super().__init__(parts, name)
        self.a = self.lock("a")
        self.request = self.shared("request", 0)
        self.mode = self.shared("mode", 0)
        self.open = self.shared("open", value=False)
        self.u = self.shared("u", 0)
        self.queue = self.wait_queue("queue")
        self.guest: Context | None = None
        self.seen: dict[str, int] = {}

    def mirror(self) -> Context | None:
        return self.loaded_by

    def shown(self) -> dict[str, Any]:
        """What the tasks have read."""
        return dict(sorted(self.seen.items()))


class Asked(MiniSession):
    """A session with rules that are asked during the race."""

    part: Any

    def published(self, word: Shared[Any]) -> Sequence[Violation]:
        """What is open is built, and ``u`` is set."""
        if self.part.open.value and not (self.part.built and self.part.u.value):
            return [Violation("publication", "open-is-built", "open, and not built")]
        return ()

    def settles(self, me: Context) -> bool:
        """Whether a task is in its guest."""
        return self.part.guest is me

    def settled(self, me: Context) -> Sequence[Violation]:
        """What is pending is heard."""
        if self.part.guest is me and self.part.pending and not self.part.request.value and not self.part.mode.value:
            return [Violation("lost-interrupt", "not-kicked", "pending, and the guest is not told")]
        return ()


def program(bodies: Mapping[str, Body]) -> Callable[[Runtime], Asked]:
    """These tasks on one machine."""

    def session(rt: Runtime) -> Asked:
        return Asked(Parts(rt, noting=rt.noting).make(Machine, "p"), bodies, lambda _part: ())

    return session


Seen = tuple[set[str], set[tuple[object, ...]]]


def shows(bodies: Mapping[str, Body], strategy: Strategy) -> tuple[Seen, int]:
    """The outcomes and the findings of a complete search, and its executions."""
    search = explore(program(bodies), strategy, 50_000, watches=Detectors(LockOrder()).watches, go_on=True)
    assert search.complete
    return ({json.dumps(seen) for seen in search.histogram.seen}, set(search.found)), search.executions


def same_in_every_order(bodies: Mapping[str, Body]) -> Seen:
    """What naive DFS shows; DPOR must show the same, whatever the order in which the tasks are created."""
    everything, _ = shows(bodies, DfsStrategy())
    for order in permutations(bodies):
        assert shows({name: bodies[name] for name in order}, DporStrategy())[0] == everything, order
    return everything


def kinds(seen: Seen) -> set[object]:
    """The kinds of what was found."""
    return {kind for kind, *_ in seen[1]}


# -- the only task that still runs ---------------------------------------------------------------


async def guest(part: Any) -> None:
    part.guest = part.rt.current
    while not await part.mode.load() and part.seen.setdefault("turns", 0) < 2:
        part.seen["turns"] += 1
    part.guest = None
    part.seen["request"] = await part.request.load()


async def queues(part: Any) -> None:
    async with part.a:
        part.pending = 1


async def tells(part: Any) -> None:
    await part.request.store(1)
    await part.mode.store(1)


async def queues_and_tells(part: Any) -> None:
    await queues(part)
    await tells(part)


async def tells_and_queues(part: Any) -> None:
    await tells(part)
    await part.request.store(0)
    await part.mode.store(0)
    await queues(part)


async def looks_on(part: Any) -> None:
    await part.u.load()


@pytest.mark.parametrize("sender", [queues, tells_and_queues])
def test_a_guest_that_is_not_told_is_found_in_every_order(sender: Body) -> None:
    assert kinds(same_in_every_order({"guest": guest, "sender": sender})) == {"lost-interrupt"}
    assert kinds(same_in_every_order({"guest": guest, "sender": sender, "other": looks_on})) == {"lost-interrupt"}


def test_each_step_of_a_guest_that_is_not_told_is_found_in_every_order() -> None:
    async def looks_twice(part: Any) -> None:
        part.guest = part.rt.current
        await part.u.load()
        await part.open.load()
        part.guest = None

    _, findings = same_in_every_order({"guest": looks_twice, "sender": queues})
    assert len(findings) == 2


def test_a_guest_that_is_told_costs_no_further_executions() -> None:
    bodies: dict[str, Body] = {"guest": guest, "sender": queues_and_tells, "other": looks_on}
    assert not kinds(same_in_every_order(bodies))
    (_, found), executions = shows(bodies, DporStrategy())
    unasked: dict[str, Body] = {**bodies, "guest": unwatched_guest}
    assert not found
    assert shows(unasked, DporStrategy())[1] == executions


async def unwatched_guest(part: Any) -> None:
    while not await part.mode.load() and part.seen.setdefault("turns", 0) < 2:
        part.seen["turns"] += 1
    part.seen["request"] = await part.request.load()


def test_a_sleeper_that_the_guest_wakes_later_does_not_tell_it() -> None:
    async def guest_that_wakes(part: Any) -> None:
        await guest(part)
        await part.u.store(1)
        part.queue.wake()

    async def queues_and_sleeps(part: Any) -> None:
        await queues(part)

        async def is_set() -> bool:
            return bool(await part.u.load())

        await part.queue.wait(is_set)

    assert kinds(same_in_every_order({"guest": guest_that_wakes, "sender": queues_and_sleeps})) == {"lost-interrupt"}


def test_another_order_takes_the_same_choices() -> None:
    async def queues_perhaps(part: Any) -> None:
        async with part.a:
            part.pending = await part.choose(2, "queue it")

    outcomes, found = same_in_every_order({"guest": guest, "sender": queues_perhaps})
    assert len(outcomes) == 1
    assert {kind for kind, *_ in found} == {"lost-interrupt"}


def test_a_fault_of_the_guest_afterwards_does_not_hide_it() -> None:
    async def guest_that_breaks(part: Any) -> None:
        await guest(part)
        assert await part.u.load() == 1

    assert kinds(same_in_every_order({"guest": guest_that_breaks, "sender": queues})) >= {
        "lost-interrupt",
        "test-error",
    }


def test_an_order_that_cannot_be_followed_is_an_error_of_the_engine() -> None:
    follow = Follow(Steps())
    follow.orders = [[("q", 0)]]
    no_task: Any = None
    with pytest.raises(DivergedError, match="at step 0 q cannot run"):
        follow.pick([], no_task, 0)


# -- what is published ---------------------------------------------------------------------------


async def opens(part: Any) -> None:
    await part.open.store(True, RELEASE)


async def sets(part: Any) -> None:
    await part.u.store(1)


async def builds(part: Any) -> None:
    async with part.a:
        part.built = 1


async def opens_last(part: Any) -> None:
    await sets(part)
    await builds(part)
    await opens(part)


def test_a_word_that_a_rule_reads_is_read_by_the_step_that_publishes() -> None:
    async def builds_and_opens(part: Any) -> None:
        await builds(part)
        await opens(part)

    assert kinds(same_in_every_order({"opens": builds_and_opens, "sets": sets})) == {"publication"}


def test_a_field_that_a_rule_reads_is_read_by_the_step_that_publishes() -> None:
    async def sets_and_opens(part: Any) -> None:
        await sets(part)
        await opens(part)

    assert kinds(same_in_every_order({"opens": sets_and_opens, "builds": builds})) == {"publication"}


def test_what_is_published_last_is_no_finding() -> None:
    assert not kinds(same_in_every_order({"opens": opens_last, "other": looks_on}))


def test_a_rule_that_reads_a_field_late_costs_no_further_executions() -> None:
    async def opens_once_it_is_set(part: Any) -> None:
        if await part.u.load():
            await opens(part)

    async def asks(part: Any) -> None:
        await part.request.store(1)

    bodies: dict[str, Body] = {"opener": opens_once_it_is_set, "setter": sets, "one": asks, "two": asks}
    counts = {shows({name: bodies[name] for name in order}, DporStrategy())[1] for order in permutations(bodies)}
    assert counts == {7}


# -- what hardware holds --------------------------------------------------------------------------


async def flushes_and_folds(part: Any) -> None:
    async with part.a:
        part.loaded_by = part.rt.current
    await part.mode.load()
    async with part.a:
        part.active = 1
        part.loaded_by = None


def test_a_glance_at_a_mirrored_field_is_tried_against_flush_and_fold() -> None:
    async def glances(part: Any) -> None:
        part.seen["active"] = await part.data_race(lambda: part.active)

    outcomes, found = same_in_every_order({"glances": glances, "vcpu": flushes_and_folds})
    assert {(kind, rule) for kind, rule, *_ in found} == {("lr-edit", "read-while-loaded")}
    assert len(outcomes) == 2


def test_a_write_under_the_lock_is_tried_against_flush_and_fold() -> None:
    async def writes(part: Any) -> None:
        async with part.a:
            part.active = 0

    _, found = same_in_every_order({"writes": writes, "vcpu": flushes_and_folds})
    assert {(kind, rule) for kind, rule, *_ in found} == {("lr-edit", "edited-while-loaded")}
