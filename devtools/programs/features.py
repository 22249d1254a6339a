"""The features that programs are drawn of: each is a function that writes a few instructions which belong together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from devtools.programs.instructions import Instruction
from devtools.programs.pen import LOAD_ORDERS, STORE_ORDERS
from devtools.programs.toy import OBJECTS, RAM, SAYS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from devtools.programs.pen import Body, Pen, Write

FENCES = ("acquire", "release", "full")


# -- shared words and fields ------------------------------------------------------------------------


def shared(pen: Pen) -> Body:
    """One access of a shared word."""
    return (pen.access(),)


def orders(pen: Pen) -> Body:
    """A piece of a message through a word: a field and a store, a load and the field, or barriers."""
    word, load = pen.word(), pen.order(LOAD_ORDERS)
    store = Instruction("store", word, pen.random.randint(0, 1), order=pen.order(STORE_ORDERS))
    fence = Instruction("fence", order=pen.random.choice(FENCES))
    return pen.near(
        (Instruction("write", "c", 1), store),
        (store,),
        (Instruction("load", word, order=load), Instruction("when", body=(pen.touch("c"),))),
        (Instruction("load", word, order=load), Instruction("when", body=(store,))),
        (fence, store),
        (Instruction("load", word, order=load), fence, pen.touch("c")),
    )


def rereads(pen: Pen) -> Body:
    """A word that is read in the step of another operation, alone, as part of a message, or after its own load."""
    word, fence = pen.word(), Instruction("fence", order=pen.random.choice(FENCES))
    again = Instruction("reread", word)
    return pen.near(
        (again,),
        (Instruction("load", word), again),
        (pen.access(), again),
        (again, fence, pen.touch("c")),
        (again, Instruction("when", body=(pen.touch("c"),))),
    )


def conditional(pen: Pen) -> Body:
    """A load, and a body that depends on it."""
    verb = pen.random.choice(("when", "unless"))
    return Instruction("load", pen.word(), order=pen.order(LOAD_ORDERS)), Instruction(verb, body=pen.inner())


def expect(pen: Pen) -> Body:
    """An assertion of what was read: it can end the execution."""
    seen = pen.near((pen.access(),), (Instruction("load", pen.word()),), (Instruction("read", "c"),))
    return *seen, Instruction("expect", "", pen.random.choice((0, 0, 1)))


def race(pen: Pen) -> Body:
    """A guarded field, with or without a step before it, and without its lock."""
    return pen.near((pen.touch("c"),), (pen.access(), pen.touch("c")), (pen.touch("a"),))


def marked(pen: Pen) -> Body:
    """A read of a field that is knowingly racy, or its writer."""
    peek = Instruction("peek", "c")
    return pen.near(
        (peek,), (peek, Instruction("when", body=pen.inner())), (Instruction("lock", "a", body=(pen.touch("c"),)),)
    )


def containers(pen: Pen) -> Body:
    """An access of the list or the map, most often under its lock."""
    change = Instruction(pen.random.choice(("append", "count", "map", "unmap", "lookup")), "", pen.small())
    if change.verb == "count":
        change = Instruction("count")
    return (Instruction("lock", "b", body=(change,)),) if pen.toss(0.7) else (change,)


def memory(pen: Pen) -> Body:
    """An access of guest memory; ranges overlap."""
    length = pen.random.choice((1, 2, 4, 8))
    at = pen.random.choice([n for n in (0, 1, 4, 6, 7, 8) if n + length <= RAM])
    if pen.toss(0.5):
        return (Instruction("mem-read", f"{at}+{length}"),)
    return (Instruction("mem-write", f"{at}+{length}", pen.small()),)


# -- locks ------------------------------------------------------------------------------------------


def locks(pen: Pen) -> Body:
    """A lock section."""
    name = pen.spin()
    body = (pen.touch(name), *pen.inner()) if pen.toss(0.5) else pen.inner()
    return (Instruction("lock", name, body=body),)


def nested(pen: Pen) -> Body:
    """Two locks, one inside the other."""
    outer, inner = pen.random.choice(
        (("a", "b"), ("b", "a"), ("a", "m"), ("m", "a"), ("a", "a"), ("x", "y"), ("y", "x"))
    )
    touch = (pen.touch("c"),) if inner in OBJECTS else (pen.touch(inner),)
    return (Instruction("lock", outer, body=(Instruction("lock", inner, body=touch),)),)


def mutex(pen: Pen) -> Body:
    """A section of the mutex, whose waiter can be killed or not."""
    return (Instruction(pen.random.choice(("lock", "killable")), "m", body=(pen.touch("m"), *pen.inner())),)


def trylock(pen: Pen) -> Body:
    """A section that is left out if the lock is taken."""
    return (Instruction("trylock", pen.spin(), body=pen.inner()),)


def interrupts(pen: Pen) -> Body:
    """A section with interrupts off, by lock or by hand, or one where they are forgotten."""
    return pen.near(
        (Instruction("lock", "i", body=(pen.touch("i"),)),),
        (Instruction("lock", "i", body=pen.inner()),),
        (Instruction("irqs-off", body=pen.inner()),),
        (Instruction("lock-plain", "i", body=(pen.touch("i"),)),) if pen.toss(0.3) else (pen.access(),),
        (pen.touch("i"),),
    )


def faulty(pen: Pen) -> Body:
    """A lock that is kept, given back without being held, or relied on."""
    name = pen.spin()
    return pen.near(
        (Instruction("hold", name), *pen.inner()),
        (Instruction("hold", name), *pen.inner(), Instruction("unlock", name)),
        (Instruction("unlock", name),),
        (Instruction("assert-held", name), pen.touch(name)),
    )


# -- waiting ----------------------------------------------------------------------------------------


def queue(pen: Pen) -> Body:
    """A sleeper, or its waker."""
    if pen.toss(0.4):
        return (Instruction("wait"),)
    return Instruction("store", "flag", pen.random.choice((0, 1, 1, 1))), Instruction("wake")


def idle(pen: Pen) -> Body:
    """A sleeper that may sleep for ever, or its waker."""
    if pen.toss(0.5):
        return (Instruction("idle", body=pen.inner() if pen.toss(0.4) else ()),)
    return queue(pen)


def readers(pen: Pen, domain: str) -> Body:
    """A read section or a grace period of this domain."""
    if pen.toss(0.6):
        return (Instruction("section", domain, body=pen.inner()),)
    return (Instruction("synchronize", domain),)


def srcu(pen: Pen) -> Body:
    """SRCU."""
    return readers(pen, "srcu")


def rcu(pen: Pen) -> Body:
    """RCU, and what is left to the end of a grace period."""
    called = Instruction("call", pen.thing()) if pen.toss(0.6) else Instruction("call", "", pen.small())
    used = Instruction("section", "rcu", body=(Instruction("use", pen.thing()),))
    return pen.near((called,), (pen.access(), called), (used,), readers(pen, "rcu"))


# -- objects ----------------------------------------------------------------------------------------


def refs(pen: Pen) -> Body:
    """References that are taken and dropped."""
    which = pen.thing()
    put = Instruction("put", which)
    return pen.near(
        (put,),
        (Instruction("get_unless_zero", which, body=(*pen.inner(), put)),),
        (Instruction("get", which), put),
        (Instruction("put_not_last", which),),
    )


def free(pen: Pen) -> Body:
    """An object that is freed or used without a count."""
    which = pen.thing()
    gone = Instruction("free", which)
    return pen.near((gone,), (pen.access(), gone), (pen.touch("c"), gone), (Instruction("use", which),))


def fields(pen: Pen) -> Body:
    """A guarded field of an object."""
    which = pen.thing()
    touch = Instruction("mark", which) if pen.toss(0.5) else Instruction("note", which, pen.small())
    return pen.near((touch,), (pen.access(), touch), (Instruction("lock", which, body=(touch,)),))


def alloc(pen: Pen) -> Body:
    """An object that is allocated, published, found, and freed."""
    kept = Instruction("lock", "a", body=(Instruction("keep"),))
    found = Instruction("lock", "a", body=(Instruction("find"),))
    use = Instruction(pen.random.choice(("use", "put", "free", "note")), "it", 1)
    return pen.near((Instruction("alloc"), kept), (Instruction("alloc"), use), (found, use), (Instruction("find"), use))


# -- control ----------------------------------------------------------------------------------------


def spawn(pen: Pen) -> Body:
    """A task that starts another one, as its first step or later."""
    pen.children[0] += 1
    number = pen.children[0]
    child = Instruction("spawn", "", number, pen.inner())
    return (child,) if pen.toss(0.5) else (pen.access(), child)


def choose(pen: Pen) -> Body:
    """A choice, and a body that depends on it."""
    tossed = Instruction("choose", "", pen.random.randint(2, 3))
    return tossed, Instruction(pen.random.choice(("when", "unless")), body=pen.inner())


def retry(pen: Pen) -> Body:
    """A loop that looks twice, or lets others run."""
    looked = Instruction("trylock", "a", body=(pen.access(),)) if pen.toss(0.4) else Instruction("load", pen.word())
    return (Instruction("resched"),) if pen.toss(0.3) else (Instruction("retry", body=(looked,)),)


def handover(pen: Pen) -> Body:
    """A request to the server."""
    return (Instruction("ask", "", pen.random.randint(1, 4)),)


# -- what rules look at -----------------------------------------------------------------------------


def mirrors(pen: Pen) -> Body:
    """An interrupt that is loaded, folded, edited or read meanwhile."""
    edit = Instruction("edit", "", pen.small())
    under = pen.random.choice(("flush", "fold", "flush", "edit"))
    locked = Instruction("lock", "a", body=(edit if under == "edit" else Instruction(under),))
    folded = Instruction("lock", "a", body=(Instruction("fold"), edit))
    return pen.near((locked,), (locked,), (Instruction("glance"),), (edit,), (locked, folded), (folded,))


def moments(pen: Pen) -> Body:
    """A word that publishes something, and what it says."""
    word = pen.random.choice(SAYS)
    build = Instruction("build", "", pen.random.randint(0, 1))
    locked = Instruction("lock", "a", body=(build,))
    return pen.near(
        (build, Instruction("say", word)),
        (Instruction("say", word),),
        (locked,),
        (build,),
        (Instruction("unsay", word),),
        (Instruction("store", "u", pen.random.randint(0, 1)),),
    )


def guests(pen: Pen) -> Body:
    """A task in guest mode, and what is due for it."""
    pend = Instruction("lock", "a", body=(Instruction("pend", "", pen.random.choice((1, 1, 0))),))
    return pen.near(
        (Instruction("guest", body=pen.inner()),),
        (Instruction("guest", body=(Instruction("load", "request"), Instruction("load", "request"))),),
        (pend,),
        (pend, Instruction("store", "request", 1)),
        (Instruction("store", "request", 1), pend),
    )


@dataclass(frozen=True)
class Feature:
    """A feature of programs: the function that writes it, and the verbs of which a program that has it shows one."""

    write: Write
    verbs: tuple[str, ...]


FEATURES: Mapping[str, Feature] = {
    "shared": Feature(shared, ("load", "store", "add", "cmpxchg")),
    "orders": Feature(orders, ("fence", "load", "store")),
    "rereads": Feature(rereads, ("reread",)),
    "conditional": Feature(conditional, ("when", "unless")),
    "expect": Feature(expect, ("expect",)),
    "race": Feature(race, ("read", "write")),
    "marked": Feature(marked, ("peek",)),
    "containers": Feature(containers, ("append", "count", "map", "unmap", "lookup")),
    "memory": Feature(memory, ("mem-read", "mem-write")),
    "locks": Feature(locks, ("lock",)),
    "nested": Feature(nested, ("lock",)),
    "mutex": Feature(mutex, ("lock", "killable")),
    "trylock": Feature(trylock, ("trylock",)),
    "interrupts": Feature(interrupts, ("irqs-off", "lock", "lock-plain")),
    "faulty": Feature(faulty, ("hold", "unlock", "assert-held")),
    "queue": Feature(queue, ("wait", "wake")),
    "idle": Feature(idle, ("idle",)),
    "srcu": Feature(srcu, ("section", "synchronize")),
    "rcu": Feature(rcu, ("call", "section")),
    "refs": Feature(refs, ("get", "put", "get_unless_zero", "put_not_last")),
    "free": Feature(free, ("free",)),
    "fields": Feature(fields, ("note", "mark")),
    "alloc": Feature(alloc, ("alloc",)),
    "spawn": Feature(spawn, ("spawn",)),
    "choose": Feature(choose, ("choose",)),
    "retry": Feature(retry, ("retry",)),
    "handover": Feature(handover, ("ask",)),
    "mirrors": Feature(mirrors, ("flush", "fold", "glance", "edit")),
    "moments": Feature(moments, ("say", "unsay", "build")),
    "guests": Feature(guests, ("guest", "pend")),
}
"""What programs are drawn of."""

FOR_HANDLERS = (
    "shared",
    "orders",
    "rereads",
    "conditional",
    "expect",
    "race",
    "marked",
    "locks",
    "trylock",
    "interrupts",
    "refs",
    "free",
    "fields",
    "choose",
    "mirrors",
    "moments",
)
"""What an interrupt handler may do; it does not sleep."""
