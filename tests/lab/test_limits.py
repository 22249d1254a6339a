"""What ends a search: a budget, a time, the first finding; and what the report says to search on."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

import aiovgic
from aiovgic.errors import UsageError
from aiovgic.lab.explore import explore
from aiovgic.lab.limits import DEFAULT_BUDGET, Limits
from aiovgic.lab.strategies import Way
from aiovgic.scenario.written import race

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion


def stable(report: str) -> str:
    """A report without the seconds that its search took, and without what so few executions happened to reach."""
    lines = [line for line in report.splitlines() if "not reached so far" not in line]
    return re.sub(r"\d+\.\d s\)", "T s)", "\n".join(lines))


@pytest.mark.parametrize(
    "asked",
    [
        pytest.param({"budget": 3}, id="a budget"),
        pytest.param({"seconds": 1e-9}, id="a time"),
        pytest.param(
            {"strategy": Way("pct", depth=2), "budget": 3, "seed": 7, "revision": "v6.12"},
            id="a budget of a strategy with a seed",
        ),
        pytest.param({"strategy": Way("dfs", preemptions=2), "budget": 3}, id="a budget of a bounded search"),
    ],
)
def test_a_search_that_a_limit_ended_says_how_to_search_on(asked: dict[str, Any], snapshot: SnapshotAssertion) -> None:
    result = explore("movall-vs-movi", **asked)
    assert not result.complete
    assert stable(str(result)) == snapshot
    assert result.to_json()["spent"] == ("time" if "seconds" in asked else "budget")


def test_a_line_that_a_report_suggests_can_be_pasted() -> None:
    said = str(explore("movall-vs-movi", budget=1))
    [line] = [line for line in said.splitlines() if "few preemptions" in line]
    assert re.search(r"  aiovgic explore movall-vs-movi --strategy dfs --preemptions 1$", line)


def test_a_race_of_python_tasks_is_told_the_arguments_to_search_on_with() -> None:
    async def task(kvm: Any) -> None:
        await kvm.get_attr("its0", "ADDR", "ITS")

    scenario = race({"a": task, "b": task}, machine={"its": [{"state": "created"}]})
    result = explore(scenario, budget=1, strategy="random")
    assert "  search longer            seconds=60\n" in str(result)
    [written] = re.findall(r"  or with few preemptions  strategy=(.*)", str(result))
    assert written == "aiovgic.Way('dfs', preemptions=1)"
    way = eval(written, {"aiovgic": aiovgic})  # noqa: S307  a user pastes it
    assert explore(scenario, budget=1, strategy=way).in_words == "dfs, preemptions <= 1"


def test_a_search_that_is_complete_within_its_time_does_not_mention_it() -> None:
    result = explore("create-vs-close", seconds=60)
    assert result.complete
    assert "spent" not in result.to_json()
    assert "search longer" not in str(result)


@pytest.mark.parametrize(
    ("limits", "executions"),
    [
        pytest.param(Limits(), DEFAULT_BUDGET, id="the default"),
        pytest.param(Limits(seconds=5), None, id="a time alone"),
        pytest.param(Limits(budget=7, seconds=5), 7, id="both"),
    ],
)
def test_a_time_takes_the_place_of_the_default_budget(limits: Limits, executions: int | None) -> None:
    assert limits.executions == executions


def test_stop_at_first_ends_at_a_data_race_that_ends_no_execution() -> None:
    asked: dict[str, Any] = {"bugs": ["seed-create-unlocked"], "budget": 60}
    first = explore("create-vs-create", **asked, stop_at_first=True)
    assert [finding.kind for finding in first.findings] == ["data-race"]
    whole = explore("create-vs-create", **asked)
    assert [finding.kind for finding in whole.findings] == ["list", "data-race"]
    assert first.executions < whole.executions


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        pytest.param({"budget": 0}, "the budget must be at least one execution, not 0", id="no budget"),
        pytest.param({"seconds": -1}, "the seconds must be more than 0, not -1", id="a time before the start"),
        pytest.param({"seconds": float("nan")}, "the seconds must be more than 0, not nan", id="no number"),
        pytest.param(
            {"outcomes": True, "stop_at_first": True}, "leave one of the two out", id="two that exclude each other"
        ),
    ],
)
def test_a_limit_that_leaves_nothing_to_do_is_refused(asked: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        explore("create-vs-close", **asked)
