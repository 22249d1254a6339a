"""Lock order: what can deadlock is found without the deadlock."""

from __future__ import annotations

from aiovgic.engine.detect import Detectors
from aiovgic.engine.explore import explore
from aiovgic.engine.replaying import replay_after
from aiovgic.engine.shrink_joined import shrink
from aiovgic.engine.strategies.dfs import DfsStrategy
from aiovgic.engine.strategies.random import RandomStrategy
from aiovgic.sync import LockOrder, Part, Parts
from tests.engine.programs import program
from tests.engine.watched import NO_ORDER, found, rules

ORDER = LockOrder(chains=(("a", "b", "c"), ("x", "srcu", "b")), irq_safe=("spin",), nested={"spin": "c"})


class Locks(Part):
    """Locks of several classes, and read sections."""

    def __init__(self, parts: Parts, name: str) -> None:
        super().__init__(parts, name)
        self.a = self.lock("a", sleeps=True)
        self.b = self.lock("b", sleeps=True)
        self.c = self.lock("c", sleeps=True)
        self.x = self.lock("x", sleeps=True)
        self.bare = self.lock("bare")
        self.lists = [self.lock("list", key) for key in range(3)]
        self.spins = [self.lock("spin", key, irqsave=True) for key in range(3)]
        self.loose = self.lock("spin")
        self.srcu = self.srcu_struct("srcu")
        self.gate = self.shared("gate", 0)


async def ab(locks: Locks) -> None:
    async with locks.a, locks.b:
        pass


async def ba(locks: Locks) -> None:
    async with locks.b, locks.a:
        pass


def test_the_documented_order_is_enforced_by_one_task_alone() -> None:
    assert rules(Locks, {"one": ab}, ORDER) == []
    (finding,) = found(Locks, {"one": ba}, ORDER)
    assert (finding.kind, finding.rule) == ("lock-order", "inverted-order-of-model")
    assert finding.title == "a is taken inside b; the order is a, then b"
    assert [(place.task, place.object, place.field, place.locks) for place in finding.places] == [
        ("one", "p", "a", ("p.b",))
    ]
    assert finding.places[0].function == "ba"


def test_the_order_goes_over_several_chains() -> None:
    async def cx(locks: Locks) -> None:
        async with locks.c, locks.x:
            pass

    assert rules(Locks, {"one": cx}, ORDER) == ["lock-order: inverted-order-of-model"]
    assert rules(Locks, {"one": cx}, NO_ORDER) == []


def test_two_tasks_that_never_run_at_once_make_a_circle_with_both_chains() -> None:
    async def later(locks: Locks) -> None:
        if await locks.gate.load():
            await ba(locks)

    async def first(locks: Locks) -> None:
        await ab(locks)
        await locks.gate.store(1)

    (finding,) = found(Locks, {"one": first, "two": later})
    assert (finding.kind, finding.rule) == ("lock-order", "circular")
    assert finding.title == "b -> a -> b is a circle"
    assert finding.saw == ("two takes a while it holds b", "one takes b while it holds a")


def test_a_circle_may_come_together_from_different_executions() -> None:
    async def either(locks: Locks) -> None:
        await (ba if await locks.choose(2, "which") else ab)(locks)

    finding = found(Locks, {"one": either})[0]
    assert finding.rule == "circular"


def test_the_shrunk_schedule_of_such_a_circle_shows_it_still() -> None:
    async def either(locks: Locks) -> None:
        await locks.gate.load()
        await (ba if await locks.choose(2, "which") else ab)(locks)

    searched = program(Locks, {"one": either, "two": either})
    detectors = Detectors(NO_ORDER)
    search = explore(searched, RandomStrategy(3), 1000, watches=detectors.watches)
    (first,) = search.found.values()
    smallest = shrink(searched, first, detectors).schedule
    assert replay_after(searched, smallest, detectors).outcome.breaks(first.identity) is not None


def test_trying_a_lock_waits_for_nobody() -> None:
    async def tries(locks: Locks) -> None:
        async with locks.b:
            if await locks.a.trylock():
                locks.a.release()

    assert rules(Locks, {"one": tries, "two": ab}, ORDER) == []


def test_a_lock_inside_a_read_section_must_not_be_held_while_its_readers_are_waited_for() -> None:
    async def reads(locks: Locks) -> None:
        async with locks.srcu.read(), locks.b:
            pass

    async def waits(locks: Locks) -> None:
        async with locks.b:
            await locks.srcu.synchronize()

    async def waits_outside(locks: Locks) -> None:
        async with locks.x:
            await locks.srcu.synchronize()

    assert rules(Locks, {"one": reads, "two": waits_outside}, ORDER) == []
    assert rules(Locks, {"two": waits}, ORDER) == ["lock-order: inverted-order-of-model"]
    assert "lock-order: circular" in rules(Locks, {"one": reads, "two": waits})


def test_a_reader_that_waits_for_readers_waits_for_itself() -> None:
    async def waits(locks: Locks) -> None:
        async with locks.srcu.read():
            await locks.srcu.synchronize()

    assert rules(Locks, {"one": waits}) == ["lock-order: srcu-self-deadlock"]


def test_locks_of_one_class_are_taken_by_ascending_key() -> None:
    async def up(locks: Locks) -> None:
        async with locks.lists[0], locks.lists[2]:
            pass

    async def down(locks: Locks) -> None:
        async with locks.lists[2], locks.lists[0]:
            pass

    async def down_under_another(locks: Locks) -> None:
        async with locks.c, locks.spins[2], locks.spins[0]:
            pass

    assert rules(Locks, {"one": up}) == []
    assert rules(Locks, {"one": down}) == ["lock-order: nesting"]
    assert rules(Locks, {"one": down_under_another}, ORDER) == []
    assert rules(Locks, {"one": down_under_another}) == ["lock-order: nesting"]


def test_a_class_that_handlers_take_is_never_held_with_interrupts_on() -> None:
    async def handler(locks: Locks) -> None:
        async with locks.bare:
            pass

    async def thread(locks: Locks) -> None:
        await locks.gate.load()
        async with locks.bare:
            pass

    async def careful(locks: Locks) -> None:
        locks.rt.current.irqs_disable()
        async with locks.bare:
            pass
        locks.rt.current.irqs_enable()

    both = {"thread": thread, "handler": handler}
    assert "lock-order: irq-inversion" in rules(Locks, both, isrs=("handler",))
    assert rules(Locks, {"thread": careful, "handler": handler}, isrs=("handler",)) == []


def test_what_a_handler_takes_must_not_be_outside_what_is_held_with_interrupts_on() -> None:
    async def handler(locks: Locks) -> None:
        async with locks.spins[0]:
            pass

    async def inverts(locks: Locks) -> None:
        async with locks.spins[0], locks.bare:
            pass
        async with locks.bare:
            pass

    assert rules(Locks, {"thread": inverts, "handler": handler}, isrs=("handler",)) == ["lock-order: irq-inversion"]


def test_an_inversion_that_two_executions_show_names_the_schedule_of_the_other() -> None:
    async def handler(locks: Locks) -> None:
        if await locks.choose(2, "which") == 0:
            async with locks.spins[0]:
                pass

    async def inverts(locks: Locks) -> None:
        which = await locks.choose(3, "which")
        if which == 1:
            async with locks.spins[0], locks.bare:
                pass
        if which == 2:
            async with locks.bare:
                pass

    searched = program(Locks, {"thread": inverts, "handler": handler}, isrs=("handler",))
    detectors = Detectors(NO_ORDER)
    search = explore(searched, DfsStrategy(), 1000, watches=detectors.watches)
    (finding,) = search.found.values()
    assert (finding.rule, finding.classes) == ("irq-inversion", ("spin", "bare"))
    assert finding.earlier
    smallest = shrink(searched, finding, detectors).schedule
    again = replay_after(searched, smallest, detectors, exact=True).outcome.breaks(finding.identity)
    assert again is not None
    assert [(place.task, place.field, place.line > 0) for place in again.places] == [
        ("thread", "bare", True),
        ("thread", "bare", True),
        ("handler", "spin", True),
    ]
    assert again.saw[1] == f"thread takes bare while it holds spin (execution {again.places[1].execution})"
    assert len(smallest.executions) == len(again.earlier) + 1


def test_a_class_that_is_documented_as_safe_needs_no_handler_to_be_seen() -> None:
    async def loosely(locks: Locks) -> None:
        async with locks.loose:
            pass

    assert rules(Locks, {"one": loosely}, ORDER) == ["lock-order: irq-inversion"]
    assert rules(Locks, {"one": loosely}) == []


def test_a_search_that_has_seen_every_situation_learns_nothing_new() -> None:
    detectors = Detectors(ORDER)
    search = explore(program(Locks, {"one": ab, "two": ab}), DfsStrategy(), 100, watches=detectors.watches)
    assert search.complete
    assert list(detectors.lockdep.graph.edges) == ["a"]
    assert list(detectors.lockdep.graph.edges["a"]) == ["b"]
