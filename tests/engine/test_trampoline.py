"""One execution: who can run, how it ends, and what it says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from aiovgic.engine.explore import explore
from aiovgic.engine.outcome import fault_of
from aiovgic.engine.stage import Stage
from aiovgic.engine.strategies.dfs import DfsStrategy
from aiovgic.engine.strategies.replay import ReplayStrategy
from aiovgic.engine.trampoline import Execution
from aiovgic.record.finding import Violation
from aiovgic.record.schedule import Schedule
from aiovgic.sync import Part, Parts
from tests.engine.programs import Body, program

if TYPE_CHECKING:
    from collections.abc import Callable


class Counter(Part):
    """A word, two locks and a queue."""

    def __init__(self, parts: Parts, name: str) -> None:
        super().__init__(parts, name)
        self.word = self.shared("word", 0)
        self.a = self.lock("a")
        self.b = self.lock("b")
        self.queue = self.wait_queue("queue")
        self.nothing: Any = None

    def shown(self) -> dict[str, Any]:
        return {"word": self.word.value}


async def increment(counter: Counter) -> None:
    value = await counter.word.load()
    await counter.word.store(value + 1)


async def increment_locked(counter: Counter) -> None:
    async with counter.a:
        await increment(counter)


def outcomes(bodies: dict[str, Body]) -> tuple[int, list[Any], Any]:
    """Executions, different outcomes, and the first broken one, of all orders."""
    search = explore(program(Counter, bodies), DfsStrategy(), 100_000)
    assert search.complete or search.broken is not None
    return search.executions, [seen["word"] for seen in search.histogram.seen], search.broken


def test_two_unguarded_increments_have_six_orders_and_lose_one_update_in_some() -> None:
    executions, words, _ = outcomes({"one": increment, "two": increment})
    assert executions == 6
    assert sorted(words) == [1, 2]


def test_two_guarded_increments_never_lose_an_update() -> None:
    executions, words, _ = outcomes({"one": increment_locked, "two": increment_locked})
    assert executions == 2
    assert words == [2]


def test_locks_taken_in_opposite_orders_are_a_deadlock_that_names_both() -> None:
    async def forwards(counter: Counter) -> None:
        async with counter.a, counter.b:
            pass

    async def backwards(counter: Counter) -> None:
        async with counter.b, counter.a:
            pass

    _, _, broken = outcomes({"one": forwards, "two": backwards})
    assert broken.kind == "deadlock"
    assert broken.rule == "wait-for-cycle"
    assert broken.saw == ("one waits for p.b, held by two", "two waits for p.a, held by one")


def test_a_lock_that_is_taken_twice_is_a_deadlock_with_oneself() -> None:
    async def twice(counter: Counter) -> None:
        async with counter.a, counter.a:
            pass

    _, _, broken = outcomes({"one": twice})
    assert broken.saw == ("one waits for p.a, which it holds itself",)


def test_a_wakeup_that_comes_too_early_is_lost() -> None:
    async def sleeper(counter: Counter) -> None:
        async def never() -> bool:
            return False

        await counter.queue.wait(never)

    async def waker(counter: Counter) -> None:
        await counter.word.load()
        counter.queue.wake()

    _, _, broken = outcomes({"sleeper": sleeper, "waker": waker})
    assert broken.kind == "deadlock"
    assert broken.rule == "never-woken"


def test_whoever_sleeps_idle_is_killed_at_the_end_and_goes_on() -> None:
    async def idler(counter: Counter) -> None:
        async def never() -> bool:
            return False

        await counter.queue.wait(never, idle=True, killable=True)
        assert counter.rt.signalled()
        await counter.word.store(7)

    outcome = Execution(Stage(program(Counter, {"idler": idler}), once=True), DfsStrategy()).run()
    assert outcome.broken is None
    assert outcome.seen == {"word": 7}


def test_a_broken_assertion_of_a_task_of_the_user_is_a_test_error_with_its_place() -> None:
    async def wrong(counter: Counter) -> None:
        await counter.word.load()
        assert counter.word.value == 1, "it is not one"

    outcome = Execution(Stage(program(Counter, {"one": wrong}), once=True), DfsStrategy()).run()
    assert outcome.broken is not None
    assert outcome.broken.kind == "test-error"
    assert outcome.broken.title == "AssertionError: it is not one"
    assert outcome.broken.places[0].function == "wrong"
    assert outcome.broken.places[0].file.endswith("test_trampoline.py")


@pytest.mark.parametrize(
    ("use", "title"),
    [
        (lambda self: self.nothing.irq_lock, "None.irq_lock: a NULL pointer dereference in KVM"),
        (lambda self: self.nothing[0], "'NoneType' object is not subscriptable: a NULL pointer dereference in KVM"),
    ],
    ids=["an attribute", "an item"],
)
def test_none_used_as_an_object_is_a_null_pointer_and_says_what_was_held(use: Callable[[Any], Any], title: str) -> None:
    async def wrong(counter: Counter) -> None:
        async with counter.a, counter.b:
            use(counter)

    broken = Execution(Stage(program(Counter, {"one": wrong}), once=True), DfsStrategy()).run().broken
    assert broken is not None
    assert (broken.kind, broken.rule, broken.title) == ("test-error", "null-pointer", title)
    assert broken.places[0].locks == ("p.a", "p.b")


def refuses() -> None:
    raise TypeError("a 'NoneType' is refused by hand")


@pytest.mark.parametrize(
    ("code", "rule"),
    [
        ("nothing()", "null-pointer"),
        ("nothing + 1", "null-pointer"),
        ("-nothing", "null-pointer"),
        ("nothing < 1", "null-pointer"),
        ("1 in nothing", "null-pointer"),
        ("len(nothing)", "null-pointer"),
        ("[each for each in nothing]", "null-pointer"),
        ("[*nothing]", "null-pointer"),
        ("one, two = nothing", "null-pointer"),
        ("nothing[0] = 1", "null-pointer"),
        ("del nothing[0]", "null-pointer"),
        ("nothing |= 1", "null-pointer"),
        ("'' + 1", "TypeError"),
        ("refuses()", "TypeError"),
    ],
)
def test_each_operation_on_none_is_a_null_pointer_and_no_other_type_error_is(code: str, rule: str) -> None:
    with pytest.raises(TypeError) as caught:
        exec(code, {"nothing": None, "refuses": refuses})  # noqa: S102  each operation is a line of text
    assert fault_of(caught.value).rule == rule


def test_an_attribute_that_an_object_lacks_is_no_null_pointer() -> None:
    async def wrong(counter: Counter) -> None:
        await counter.word.load()
        getattr(counter, "irq_lock")  # noqa: B009

    broken = Execution(Stage(program(Counter, {"one": wrong}), once=True), DfsStrategy()).run().broken
    assert broken is not None
    assert broken.rule == "AttributeError"


def test_use_after_free_is_found_where_it_happens() -> None:
    async def user(counter: Counter) -> None:
        await counter.word.load()

    async def killer(counter: Counter) -> None:
        async with counter.a:
            pass
        counter.free()

    _, _, broken = outcomes({"user": user, "killer": killer})
    assert broken.kind == "use-after-free"
    assert broken.places[0].task == "user"


def test_a_task_without_an_end_is_a_livelock() -> None:
    async def spin(counter: Counter) -> None:
        while True:
            await counter.word.load()

    outcome = Execution(Stage(program(Counter, {"spin": spin}), once=True), DfsStrategy(), step_limit=100).run()
    assert outcome.broken is not None
    assert outcome.broken.kind == "livelock"


def test_a_choice_is_explored_like_an_order() -> None:
    async def chooser(counter: Counter) -> None:
        await counter.word.store(await counter.choose(3, "which"))

    executions, words, _ = outcomes({"one": chooser})
    assert executions == 3
    assert words == [0, 1, 2]


def test_a_deviation_names_the_step_and_the_task() -> None:
    schedule = Schedule.parse("1>two")
    outcome = Execution(
        Stage(program(Counter, {"one": increment, "two": increment}), once=True), ReplayStrategy(schedule)
    ).run()
    assert outcome.seen == {"word": 1}
    assert outcome.schedule == schedule


def test_what_the_program_judges_is_a_finding() -> None:
    def lost(counter: Counter) -> list[Violation]:
        return [] if counter.word.value == 2 else [Violation("expectation", "sum", "an update is lost")]

    search = explore(program(Counter, {"one": increment, "two": increment}, lost), DfsStrategy(), 100)
    assert search.broken is not None
    assert search.at_execution == 2
    assert search.broken.title == "an update is lost"
