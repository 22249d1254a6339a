"""Drawing toy programs by seed: two to four tasks, a few features each, small enough for a search of every order."""

from __future__ import annotations

from math import factorial, prod
from random import Random
from typing import TYPE_CHECKING

from devtools.programs.features import FEATURES, FOR_HANDLERS, shared
from devtools.programs.instructions import Instruction, Listing
from devtools.programs.pen import Pen
from devtools.programs.toy import OBJECTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from devtools.programs.pen import Write

TASKS = ("p", "q", "r", "s")
MOST_FEATURES = 5
ORDERS = 400
"""Orders of the points that a program may seem to have; what it has is less, where tasks wait for one another."""
STATEMENTS = 5
"""Statements of a task, on average, at most: many have no point."""
ATTEMPTS = 4
"""Statements that are too many, after which a program is done."""

POINTS: Mapping[str, int] = {
    **dict.fromkeys(("load", "store", "add", "cmpxchg", "fence", "peek", "glance", "mem-read", "mem-write"), 1),
    **dict.fromkeys(
        ("lock", "lock-plain", "trylock", "killable", "hold", "section", "choose", "resched", "interrupt"), 1
    ),
    **dict.fromkeys(("get", "get_unless_zero", "put", "put_not_last", "use", "say", "unsay"), 1),
    **dict.fromkeys(("synchronize", "ask"), 2),
    **dict.fromkeys(("wait", "idle"), 3),
}
"""Points of an instruction, without its body; all others have none."""
TWICE = ("retry",)
"""Instructions that may play their body twice."""


TWO_OF_THREE = 2 / 3
ANNOUNCED = 0.5
"""The share of handlers that begin with a point of their own, as those of scenarios do."""
NEVER = 0.1
"""The share of programs that say what must not be at the end."""
HANDLED = 0.15
"""The share of programs with a handler, of those that have no feature which asks for one."""


def points(body: Iterable[Instruction], failures: int) -> Iterator[int]:
    """The points of a task, then of each that it spawns."""
    own = 0
    spawned: list[int] = []
    for it in body:
        inside, *others = points(it.body, failures)
        spawned += others
        own += POINTS.get(it.verb, 0) + (it.verb == "alloc" and failures > 0)
        if it.verb == "spawn":
            spawned.append(inside)
        else:
            own += inside * (2 if it.verb in TWICE else 1)
    yield own
    yield from spawned


def orders(tasks: Mapping[str, Iterable[Instruction]], failures: int) -> int:
    """In how many orders the points could be passed, if no task ever waited."""
    counts = [count for body in tasks.values() for count in points(body, failures)]
    return factorial(sum(counts)) // prod(map(factorial, counts))


def handlers_of(random: Random, names: tuple[str, ...], features: tuple[str, ...]) -> tuple[str, ...]:
    """The tasks that are interrupt handlers, on the CPU of the first task."""
    if "interrupts" in features or random.random() < HANDLED:
        return names[-1:] if random.random() < TWO_OF_THREE or len(names) < len(TASKS) else names[-2:]
    return ()


def written(features: tuple[str, ...], *, handler: bool) -> tuple[Write, ...]:
    """The functions that write the statements of a task; a handler does only what does not sleep."""
    able = [name for name in features if not handler or name in FOR_HANDLERS]
    return tuple(FEATURES[name].write for name in able) or (shared,)


def first_of(random: Random, *, handler: bool) -> tuple[Instruction, ...]:
    """What a task begins with: some handlers begin with a point of their own."""
    return (Instruction("interrupt"),) if handler and random.random() < ANNOUNCED else ()


def draw(seed: int, most: int = ORDERS) -> Listing:
    """The program with this seed, of about ``most`` orders at most."""
    random = Random(seed)
    features = tuple(random.sample(list(FEATURES), random.randint(1, MOST_FEATURES)))
    names = TASKS[: random.choice((2, 3, 3, 3, 3, 4))]
    handlers = handlers_of(random, names, features)
    cpus = {name: 0 if name in handlers else n for n, name in enumerate(names)}
    failures = random.randint(0, 1) if "alloc" in features else 0
    words = random.choice((("u",), ("u", "v")))
    objects = random.choice(((OBJECTS[0],), OBJECTS))
    pens = {
        name: Pen(random, written(features, handler=name in handlers), "orders" in features, words, objects)
        for name in names
    }
    tasks = {name: first_of(random, handler=name in handlers) for name in names}
    turn = attempts = 0
    while attempts < ATTEMPTS and turn < STATEMENTS * len(names):
        name = names[turn] if turn < len(names) else random.choice(names)
        turn += 1
        longer = {**tasks, name: tasks[name] + pens[name].statement()}
        if orders(longer, failures) <= most:
            tasks = longer
        else:
            attempts += 1
    never = ((random.choice(words), random.randint(0, 2)),) if random.random() < NEVER else ()
    return Listing(f"program {seed}", tasks, cpus, handlers, never, failures, features)
