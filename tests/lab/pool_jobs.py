"""Work for pools: functions that other processes can import."""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING

from aiovgic.errors import UsageError
from aiovgic.lab.pool import Pool

if TYPE_CHECKING:
    from aiovgic.lab.pool import Note

LONG_S = 60.0


def squared(number: int, note: Note) -> int:
    """A note, then a result."""
    note(f"now {number}")
    return number * number


def refused(number: int, note: Note) -> int:
    """An error of ours."""
    note(number)
    raise UsageError(f"no {number}")


def vanishes(number: int, note: Note) -> int:
    """The process ends."""
    note(number)
    os._exit(7)


def endless(number: int, note: Note) -> int:
    """Busy for a minute."""
    note(os.getpid())
    until = time.monotonic() + LONG_S
    while time.monotonic() < until:
        number += 1
    return number


def main() -> None:
    """A parent that says which workers it has, and waits for them."""

    def heard(_number: int, pid: int) -> None:
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()

    list(Pool(endless, 2).run(range(2), heard))


if __name__ == "__main__":
    main()
