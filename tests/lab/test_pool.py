"""The pool: notes and results as they come, and no worker that outlives its parent."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from typing import Any

import pytest

from aiovgic.errors import UsageError
from aiovgic.lab.pool import Pool, WorkerLostError
from tests.lab.pool_jobs import LONG_S, endless, refused, squared, vanishes

SOON_S = 5.0
"""Much less than a job takes, and enough for a busy machine."""


def test_every_piece_of_work_has_its_result_and_its_note() -> None:
    heard: list[tuple[int, Any]] = []
    pool: Pool[int, int] = Pool(squared, 2, ahead=2)
    results = dict(pool.run(range(3, 9), lambda number, note: heard.append((number, note))))
    assert results == {number: (number + 3) ** 2 for number in range(6)}
    assert sorted(heard) == [(number, f"now {number + 3}") for number in range(6)]
    assert not any(worker.process.is_alive() for worker in pool.workers)


def test_what_a_worker_raises_is_raised_here() -> None:
    with pytest.raises(UsageError, match="no 5"):
        list(Pool(refused, 1).run([5]))


def test_a_worker_that_ends_is_named_with_its_exit_code_and_its_work() -> None:
    with pytest.raises(WorkerLostError, match="a worker process ended with code 7 while it had 41"):
        list(Pool(vanishes, 2).run([41]))


def test_work_is_drawn_only_when_a_worker_can_take_it() -> None:
    drawn: list[int] = []

    def work() -> Any:
        for number in range(100):
            drawn.append(number)
            yield number

    running = Pool(squared, 1).run(work())
    next(running)
    assert len(drawn) <= 3
    running.close()


def test_a_pool_that_is_left_early_ends_its_workers_in_the_middle_of_their_work() -> None:
    pool: Pool[int, int] = Pool(endless, 2)

    def stop(_number: int, _pid: int) -> None:
        raise KeyboardInterrupt

    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        list(pool.run(range(2), stop))
    assert time.monotonic() - began < SOON_S < LONG_S
    assert not any(worker.process.is_alive() for worker in pool.workers)


def test_kill_9_of_the_parent_ends_its_workers() -> None:
    known = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    asked = [sys.executable, "-m", "tests.lab.pool_jobs"]
    with subprocess.Popen(asked, env=known, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        assert parent.stderr is not None
        workers = [int(parent.stdout.readline()) for _ in range(2)]
        parent.send_signal(signal.SIGKILL)
        began = time.monotonic()
        said = parent.stderr.read()  # to its end: no process has it open any more
        took = time.monotonic() - began
    assert len(set(workers)) == 2
    assert said == ""
    assert took < SOON_S < LONG_S
