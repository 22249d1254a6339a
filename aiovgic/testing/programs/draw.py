"""Drawing toy programs, by seed: three tasks, up to twelve points in all, a few features each."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, TypeAlias

from aiovgic.testing.programs.instructions import Instruction, Listing
from aiovgic.testing.programs.toy import OBJECTS, WORDS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

TASKS = ("p", "q", "r")
MOST_POINTS = 12
FEWEST_POINTS = 5
MOST_FEATURES = 4

Snippet: TypeAlias = "tuple[int, tuple[Instruction, ...]]"
"""How many points, and the instructions."""


@dataclass
class Pen:
    """Draws instructions for one task."""

    random: Random
    children: int = 0

    def toss(self, chance: float) -> bool:
        """True with this probability."""
        return self.random.random() < chance

    def word(self) -> str:
        """A shared word; the flag is the queue's."""
        return self.random.choice(WORDS[:2])

    def spin(self) -> str:
        """A spinlock."""
        return self.random.choice(("a", "b"))

    def access(self) -> Instruction:
        """One access of a shared word."""
        verb = self.random.choice(("load", "load", "store", "add", "cmpxchg"))
        return Instruction(verb, self.word(), 0 if verb == "load" else self.random.randint(1, 2))

    def touch(self, lock: str) -> tuple[Instruction, ...]:
        """One or two accesses of the field that a lock guards; they are no points."""
        read, write = Instruction("read", lock), Instruction("write", lock, self.random.randint(1, 3))
        return self.random.choice(((read,), (write,), (read, write)))

    def locked(self, lock: str, verb: str = "lock") -> Snippet:
        """A lock section, with or without a point inside."""
        inner = (self.access(),) if self.toss(0.4) else ()
        return 1 + len(inner), (Instruction(verb, lock, 0, (*self.touch(lock), *inner)),)

    # -- features ---------------------------------------------------------------------------

    def locks(self) -> Snippet:
        return self.locked(self.spin())

    def nested(self) -> Snippet:
        outer, inner = self.random.choice((("a", "b"), ("b", "a"), ("a", "m"), ("m", "a"), ("a", "a")))
        return 2, (Instruction("lock", outer, 0, (Instruction("lock", inner, 0, self.touch(inner)),)),)

    def mutex(self) -> Snippet:
        return self.locked("m")

    def shared(self) -> Snippet:
        return 1, (self.access(),)

    def conditional(self) -> Snippet:
        return 2, (Instruction("load", self.word()), Instruction("when", body=(self.access(),)))

    def queue(self) -> Snippet:
        if self.toss(0.4):
            return 4, (Instruction("wait"),)
        return 1, (Instruction("store", "flag", self.random.choice((0, 1, 1, 1))), Instruction("wake"))

    def spawn(self) -> Snippet:
        self.children += 1
        cost, body = self.shared() if self.toss(0.6) else self.locks()
        return 1 + cost, (self.access(), Instruction("spawn", "", self.children, body))

    def srcu(self) -> Snippet:
        return self.domain("srcu")

    def domain(self, name: str) -> Snippet:
        """A read section, or a grace period."""
        if self.toss(0.5):
            return 2, (Instruction("section", name, 0, (self.access(),)),)
        return 2, (Instruction("synchronize", name),)

    def rcu(self) -> Snippet:
        which = self.random.choice(OBJECTS)
        match self.random.randrange(5):
            case 0:
                return 2, (Instruction("section", "rcu", 0, (Instruction("use", which),)),)
            case 1:
                return self.domain("rcu")
        return 1, (self.access(), Instruction("call", which))

    def refs(self) -> Snippet:
        which = self.random.choice(OBJECTS)
        match self.random.randrange(4):
            case 0:
                return 2, (Instruction("get_unless_zero", which, 0, (Instruction("put", which),)),)
            case 1:
                return 2, (Instruction("get", which), Instruction("put", which))
        return 1, (Instruction("put", which),)

    def free(self) -> Snippet:
        which = self.random.choice(OBJECTS)
        if self.toss(0.5):
            return 1, (self.access(), Instruction("free", which))
        return 1, (Instruction("use", which),)

    def choose(self) -> Snippet:
        return 2, (Instruction("choose", "", self.random.randint(2, 3)), Instruction("when", body=(self.access(),)))

    def trylock(self) -> Snippet:
        return self.locked(self.spin(), "trylock")

    def handler(self) -> Snippet:
        return self.locked("i")

    def handover(self) -> Snippet:
        return 2, (Instruction("ask", "", self.random.randint(1, 2)),)


FEATURES: Mapping[str, tuple[Callable[[Pen], Snippet], tuple[str, ...]]] = {
    "locks": (Pen.locks, ("lock",)),
    "nested": (Pen.nested, ("lock",)),
    "mutex": (Pen.mutex, ("lock",)),
    "shared": (Pen.shared, ("load", "store", "add", "cmpxchg")),
    "conditional": (Pen.conditional, ("when",)),
    "queue": (Pen.queue, ("wait", "wake")),
    "spawn": (Pen.spawn, ("spawn",)),
    "srcu": (Pen.srcu, ("section", "synchronize")),
    "rcu": (Pen.rcu, ("call",)),
    "refs": (Pen.refs, ("get", "put", "get_unless_zero")),
    "free": (Pen.free, ("free",)),
    "choose": (Pen.choose, ("choose",)),
    "trylock": (Pen.trylock, ("trylock",)),
    "handler": (Pen.handler, ("lock",)),
    "handover": (Pen.handover, ("ask",)),
}
"""What programs are drawn of: who draws it, and the verbs of which a program that has it shows one."""

FOR_HANDLERS = ("locks", "shared", "refs", "free", "trylock", "handler", "conditional", "choose")
"""What an interrupt handler may do; it does not sleep."""


def draw(seed: int) -> Listing:
    """The program with this seed."""
    random = Random(seed)
    features = tuple(
        name for name in FEATURES if name in random.sample(list(FEATURES), random.randint(2, MOST_FEATURES))
    )
    left = random.randint(FEWEST_POINTS, MOST_POINTS)
    handlers = ("r",) if "handler" in features else ()
    cpus = {name: 0 if name in handlers else n for n, name in enumerate(TASKS)}
    pens = {name: Pen(random) for name in TASKS}
    tasks: dict[str, list[Instruction]] = {name: [] for name in TASKS}
    turn = 0
    while left > 0:
        name = TASKS[turn % len(TASKS)] if turn < len(TASKS) else random.choice(TASKS)
        turn += 1
        pool = [each for each in features if name not in handlers or each in FOR_HANDLERS] or ["shared"]
        cost, instructions = FEATURES[random.choice(pool)][0](pens[name])
        if cost > left:
            cost, instructions = pens[name].shared()
        tasks[name] += instructions
        left -= cost
    return Listing(f"program {seed}", {name: tuple(body) for name, body in tasks.items()}, cpus, handlers, features)


def shows(listing: Listing, feature: str) -> bool:
    """Whether a program has a feature, by its instructions."""
    if feature == "handler":
        return any(it.thing == "i" for it in listing.walk()) and bool(listing.handlers)
    if feature == "nested":
        return any(it.verb == "lock" and any(each.verb == "lock" for each in it.body) for it in listing.walk())
    if feature == "mutex":
        return any(it.verb == "lock" and it.thing == "m" for it in listing.walk())
    return any(it.verb in FEATURES[feature][1] for it in listing.walk())
