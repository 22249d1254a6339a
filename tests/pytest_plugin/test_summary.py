"""The line at the end of a session says how far the searches went."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiovgic.scenario.shipped import scenarios
from tests.pytest_plugin.sessions import HEAD, INI, failure, pytest_of, summary

if TYPE_CHECKING:
    import pytest
    from syrupy.assertion import SnapshotAssertion

pytest_plugins = "pytester"

EVERY_EXTENT = """
@explored(machine=CREATED)
async def test_complete(m):
    await init_race(m)

@explored(machine=CREATED, revision="its-v7")
async def test_found(m):
    await init_race(m)
    msi = await m.kvm.do("signal_msi", address=0x0808_0040, devid=2, data=1, flags="VALID_DEVID")
    assert msi["errno"] == "EBUSY", "no ITS answers"

@explored(machine=CREATED, strategy="random", budget=3)
async def test_budget(m):
    await init_race(m)

@explored
async def test_no_tasks(m):
    assert (await m.kvm.irq_line(0x1000020))["ret"] == 0

@explored(machine=CREATED)
async def test_shares_a_list(m):
    seen = []
    async def one():
        await m.kvm.irq_line(0x1000020)
        seen.append(1)
    async with m.tasks() as together:
        together.start(one)
        together.start(one)

@explored
@pytest.mark.skip
async def test_skipped(m): ...

def test_plain(): ...

@explored(machine={"itss": []})
async def test_refused(m): ...
"""


def test_every_extent_of_a_search_is_counted_and_what_is_not_complete_is_named(
    pytester: pytest.Pytester, snapshot: SnapshotAssertion
) -> None:
    assert summary(pytest_of(pytester, EVERY_EXTENT)) == snapshot


def test_summary_and_failures_are_the_same_where_pytest_xdist_distributes_the_tests(pytester: pytest.Pytester) -> None:
    pytester.makeini(INI)
    pytester.makepyfile(test_it=(HEAD + EVERY_EXTENT).partition('@explored(machine={"itss"')[0])
    here = pytester.runpytest_inprocess()
    distributed = pytester.runpytest_subprocess("-n", "2")
    assert summary(distributed) == summary(here)
    assert failure(distributed).splitlines()[:-1] == failure(here).splitlines()[:-1]


def test_a_session_without_explored_tests_has_no_summary(pytester: pytest.Pytester) -> None:
    assert summary(pytest_of(pytester, "def test_plain(): ...\n")) == ""


def test_many_tests_that_are_not_complete_are_named_with_v_only(pytester: pytest.Pytester) -> None:
    text = """
@pytest.mark.parametrize("number", range(12))
@explored
async def test_no_tasks(m, number): ...
"""
    few = summary(pytest_of(pytester, text))
    assert few.splitlines()[0] == "aiovgic: 12 explored: 12 not explored"
    assert few.splitlines()[-1] == "  and 2 more (-v names them all)"
    every = summary(pytest_of(pytester, text, "-v"))
    assert len(every.splitlines()) == 13


def test_scenario_files_count_too(pytester: pytest.Pytester) -> None:
    text = scenarios()["init-vs-init"].read_text(encoding="utf-8")
    pytester.makeini(INI)
    pytester.path.joinpath("good.yaml").write_text(text, encoding="utf-8")
    pytester.path.joinpath("wrong.yaml").write_text(text.replace("tasks:", "tasks:\n  odd: {}"), encoding="utf-8")
    assert summary(pytester.runpytest_inprocess()) == (
        "aiovgic: 2 explored: 1 complete, 1 not explored\n"
        "  not explored  wrong.yaml::wrong: wrong.yaml:13: tasks.odd: needs the key 'steps'"
    )


def test_a_replay_is_counted_as_such(pytester: pytest.Pytester) -> None:
    text = "@explored(machine=CREATED)\nasync def test_it(m):\n    await init_race(m)\n"
    assert summary(pytest_of(pytester, text, "--aiovgic-replay", "")) == "aiovgic: 1 explored: 1 replayed"


def test_what_is_not_complete_fails_if_that_is_asked_for(
    pytester: pytest.Pytester, snapshot: SnapshotAssertion
) -> None:
    result = pytest_of(pytester, EVERY_EXTENT, "--aiovgic-require-complete")
    result.assert_outcomes(passed=2, failed=5, skipped=1)
    assert failure(result) == snapshot


def test_a_replay_need_not_be_complete(pytester: pytest.Pytester) -> None:
    text = "@explored(machine=CREATED)\nasync def test_it(m):\n    await init_race(m)\n"
    options = ("--aiovgic-require-complete", "--aiovgic-replay", "")
    pytest_of(pytester, text, *options).assert_outcomes(passed=1)
