"""A test that fails shows the cause first, the report, the line that replays it and the line of its trace."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import pytest

from aiovgic.errors import NotOkError
from aiovgic.pytest_plugin import explored
from tests.pytest_plugin.sessions import failure, pytest_of

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

    from aiovgic import Machine

pytest_plugins = "pytester"

RACE = """
@pytest.mark.parametrize("devid", [2, 3])
@explored(machine=CREATED)
async def test_race(m, devid):
    await init_race(m)
    msi = await m.kvm.do("signal_msi", address=0x0808_0040, devid=devid, data=1, flags="VALID_DEVID")
    assert msi["errno"] == "EBUSY", "no ITS answers"
"""
ON_ITS_V7 = ("--aiovgic-revision", "its-v7")


def test_a_failure_has_its_cause_in_the_first_line(pytester: pytest.Pytester, snapshot: SnapshotAssertion) -> None:
    pytest_of(pytester, RACE).assert_outcomes(passed=2)
    assert failure(pytest_of(pytester, RACE, *ON_ITS_V7)) == snapshot


def test_a_continuous_integration_run_repeats_the_cause_only(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI", "true")
    result = pytest_of(pytester, RACE, *ON_ITS_V7, "-k", "2")
    lines = failure(result).splitlines()
    assert "FAILED test_it.py::test_race[2] - expectation: no ITS answers" in lines
    assert lines.count("expectation: no ITS answers") == 1


def test_the_lines_of_a_failure_replay_it_and_show_its_trace(pytester: pytest.Pytester) -> None:
    result = pytest_of(pytester, RACE, *ON_ITS_V7, "-k", "3")
    [replay, timeline] = [line for line in failure(result).splitlines() if line.startswith(("  replay", "  timeline"))]
    words = shlex.split(replay)
    assert words[1:] == ["pytest", "test_it.py::test_race[3]", "--aiovgic-replay", "2>init", *ON_ITS_V7]
    again = pytester.runpytest_inprocess(*words[2:])
    again.assert_outcomes(failed=1)
    assert "its-v7, replayed, " in again.stdout.str()
    assert timeline in failure(again).splitlines()
    assert pytester.path.joinpath(shlex.split(timeline)[-1]).is_file()


def test_the_lines_of_a_failure_are_right_in_the_folder_that_pytest_was_called_in(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    (pytester.path / "below").mkdir()
    pytest_of(pytester, RACE, "--collect-only")
    monkeypatch.chdir(pytester.path / "below")
    result = pytester.runpytest_inprocess("..", *ON_ITS_V7, "-k", "3")
    text = failure(result)
    assert "  replay  pytest '../test_it.py::test_race[3]' --aiovgic-replay '2>init'" in text
    [timeline] = [line for line in text.splitlines() if line.startswith("  timeline")]
    assert (pytester.path / "below" / shlex.split(timeline)[-1]).is_file()


def test_a_trace_is_written_where_pytest_was_called_though_the_test_changes_the_folder(
    pytester: pytest.Pytester,
) -> None:
    text = RACE.replace("(m, devid)", "(m, devid, monkeypatch, tmp_path)").replace(
        "    await init_race", "    monkeypatch.chdir(tmp_path)\n    await init_race"
    )
    pytest_of(pytester, text, *ON_ITS_V7, "-k", "3").assert_outcomes(failed=1)
    assert len(list(pytester.path.glob(".aiovgic/*/*.jsonl"))) == 1


def test_tests_of_one_name_have_traces_of_their_own(pytester: pytest.Pytester) -> None:
    pytest_of(pytester, RACE, *ON_ITS_V7).assert_outcomes(failed=2)
    assert len(list(pytester.path.glob(".aiovgic/*/*.jsonl"))) == 2


def test_an_exception_before_the_race_is_shown_in_the_test_only(
    pytester: pytest.Pytester, snapshot: SnapshotAssertion
) -> None:
    text = """
@explored
async def test_it(m):
    assert len([1, 2]) == 3
"""
    assert failure(pytest_of(pytester, text)) == snapshot


@pytest.mark.parametrize(
    ("option", "value", "says"),
    [
        ("revision", "v6.13", "there is no revision 'v6.13'; did you mean 'v6.12'?"),
        ("replay", "12", "'12' is no part of a schedule; a switch is '12>nic', a choice '7=1'"),
        ("budget", "0", "--aiovgic-budget: is 0; it must be at least 1"),
    ],
)
def test_what_cannot_be_asked_is_refused_before_any_test(
    pytester: pytest.Pytester, option: str, value: str, says: str
) -> None:
    ran = pytest_of(pytester, RACE, f"--aiovgic-{option}", value)
    assert ran.ret == pytest.ExitCode.USAGE_ERROR
    assert ran.stderr.str().strip() == f"ERROR: {says}"


REFUSED = {
    "budget=0": "the budget must be at least one execution, not 0",
    "revision='v6.13'": "there is no revision 'v6.13'; did you mean 'v6.12'?",
    "budgett=5": "@explored has no argument 'budgett'; did you mean 'budget'?",
    "machine={'itss': []}": "test_it.py: machine: unknown key 'itss'; did you mean 'its'?",
}


def test_a_test_that_cannot_be_explored_fails_with_one_line(pytester: pytest.Pytester) -> None:
    tests = [f"@explored({how})\nasync def test_{number}(m): ...\n" for number, how in enumerate(REFUSED)]
    text = "\n".join([*tests, "@explored\nasync def test_4(): ...\n", "@explored\ndef test_5(m): ...\n"])
    lines = failure(pytest_of(pytester, text)).splitlines()
    says = [
        *REFUSED.values(),
        "an explored test has a parameter for the machine: async def test_it(m)",
        "test_5 is to be an async function",
    ]
    shown = [each for number, line in enumerate(says) for each in (f"___ test_{number} ___", line)]
    assert lines[1 : 1 + len(shown)] == shown


def test_a_scenario_file_that_cannot_be_read_fails_with_one_line(pytester: pytest.Pytester) -> None:
    pytester.path.joinpath("wrong.yaml").write_text(
        "schema: 1\ntitle: t\ntasks:\n  a: {thread: x, stesp: []}\n", encoding="utf-8"
    )
    pytester.path.joinpath("broken.yaml").symlink_to("nowhere.yaml")
    pytester.path.joinpath("other.yaml").write_text("steps: []\n", encoding="utf-8")
    lines = failure(pytest_of(pytester, "")).splitlines()
    assert lines[1:3] == ["___ wrong ___", "wrong.yaml:4: tasks.a: unknown key 'stesp'; did you mean 'steps'?"]
    assert lines[-1].startswith("=== 1 failed in")


OUTCOMES = """
async def fails():
    pytest.fail("this is wrong")

async def expects(m):
    with pytest.raises(ValueError):
        await m.kvm.irq_line(0x1000020)

@explored
async def test_fails_before(m):
    await fails()

@explored
async def test_fails_in_a_task(m):
    async with m.tasks() as together:
        together.start(fails)

@explored
async def test_expects_in_a_task(m):
    async with m.tasks() as together:
        together.start(expects, m)

@explored
async def test_expects_behind_the_race(m):
    async with m.tasks() as together:
        together.start(m.kvm.irq_line, 0x1000020)
    await expects(m)

@explored
async def test_skips(m):
    async with m.tasks() as together:
        together.start(m.kvm.irq_line, 0x1000020)
    pytest.skip("there is no time")

@pytest.mark.xfail
@explored
async def test_is_known_to_fail(m):
    await fails()
"""


def test_failures_that_pytest_raises_are_findings_with_a_schedule(
    pytester: pytest.Pytester, snapshot: SnapshotAssertion
) -> None:
    result = pytest_of(pytester, OUTCOMES)
    result.assert_outcomes(failed=4, skipped=1, xfailed=1)
    assert failure(result) == snapshot


def test_a_task_that_is_no_async_function_is_refused_by_name(pytester: pytest.Pytester) -> None:
    text = """
def plain(): ...

@explored
async def test_it(m):
    async with m.tasks() as together:
        together.start(plain)
"""
    lines = failure(pytest_of(pytester, text)).splitlines()
    assert lines[2] == "task 'plain': plain is to be an async function"


def test_after_ctrl_c_in_a_search_no_other_test_begins(pytester: pytest.Pytester) -> None:
    text = """
executions = []

@explored
async def test_it(m):
    if executions:
        raise KeyboardInterrupt
    executions.append(1)
    await init_race(m)

def test_next(): ...
"""
    how = "@explored(machine=CREATED, strategy='random', budget=5)"
    pytest_of(pytester, text.replace("@explored", how), "--collect-only")
    result = pytester.runpytest_subprocess()  # in this process, it would interrupt this session
    assert result.ret == pytest.ExitCode.INTERRUPTED
    assert "passed" not in result.parseoutcomes()


def test_an_explored_test_that_is_called_as_a_function_raises_the_report() -> None:
    @explored(machine={"its": [{"state": "created"}]})
    async def finds(m: Machine, expected: list[int]) -> None:
        expected.append(len(m.vcpu))
        assert expected == [0, 1], "the list is another one"

    finds([0])
    with pytest.raises(NotOkError, match=r"^expectation: the list is another one\n"):
        finds([])


def test_the_help_of_pytest_tells_every_option(pytester: pytest.Pytester, snapshot: SnapshotAssertion) -> None:
    said = pytester.runpytest_inprocess("-o", "asyncio_default_fixture_loop_scope=function", "--help").stdout.str()
    told = said[said.index("races in KVM's vgic") :]
    assert told[: told.index("\n\n")] == snapshot


LOCKED = """
from aiovgic.model.its.its import Its
from aiovgic.sync import LockField, replaces


@replaces(Its)
class Locked(Its):
    la = LockField()
    lb = LockField()

    async def ctrl_init(self) -> None:
        first = await self.vgic_its_base.load() == 0x08080000
        outer, inner = (self.la, self.lb) if first else (self.lb, self.la)
        async with outer, inner:
            pass
        await super().ctrl_init()
"""
CIRCLE = """
@explored(machine=CREATED, bugs=["locked.py"])
async def test_circle(m):
    await init_race(m)
"""


def test_the_replay_line_of_a_circle_over_two_executions_shows_it(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(locked=LOCKED)
    [replay] = [line for line in failure(pytest_of(pytester, CIRCLE)).splitlines() if line.startswith("  replay")]
    words = shlex.split(replay)
    assert words[1:3] == ["pytest", "test_it.py::test_circle"]
    assert words[-1].startswith("; ")
    again = pytester.runpytest_inprocess(*words[2:])
    again.assert_outcomes(failed=1)
    assert "lock-order: lb -> la -> lb is a circle" in failure(again).splitlines()
