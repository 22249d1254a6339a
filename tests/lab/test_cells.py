"""Cells hold state that Python tasks share, and the search explores their accesses."""

from __future__ import annotations

import re
import runpy
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from aiovgic import NotOkError, UsageError, explore, race, run, vcpu
from aiovgic.scenario.written import whole

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from aiovgic import Cpu, Kvm, Machine

    Task = Callable[..., Awaitable[None]]

NO_NAMES: tuple[str, ...] = ()


async def counts(kvm: Kvm) -> None:
    """Add one to a cell, in two steps."""
    n = kvm.shared("n", 0)
    now = await n.load()
    await n.store(now + 1)


async def guest_counts(cpu: Cpu) -> None:
    """Add one to the same cell in a guest."""
    n = cpu.shared("n", 0)
    await cpu.sysreg_read("ICC_PMR_EL1")
    now = await n.load()
    await n.store(now + 1)


@pytest.mark.parametrize(
    "other", [pytest.param(counts, id="a thread"), pytest.param(vcpu(0, guest_counts), id="a guest")]
)
def test_the_orders_of_a_cells_accesses_are_explored(other: Any) -> None:
    result = explore(race({"a": counts, "b": other}), outcomes=True)
    assert result.complete
    assert sorted(each["shared"]["n"] for each in result.outcomes) == ["0x1", "0x2"]
    assert "shared n: 0x1" in str(result)


def test_a_cell_of_a_test_shows_a_lost_update() -> None:
    async def body(m: Machine) -> None:
        n = m.shared("n", 0)

        async def adds() -> None:
            now = await n.load()
            await n.store(now + 1)

        async with m.tasks() as started:
            started.start(adds, name="a")
            started.start(adds, name="b")
        assert await n.load() == 2, "an update is lost"

    [finding] = explore(whole(body)).findings
    assert (finding.title, finding.schedule) == ("an update is lost", "1>b")


def test_changes_in_one_step_lose_no_update() -> None:
    async def body(m: Machine) -> None:
        n, names = m.shared("n", 0), m.shared("names", NO_NAMES)

        async def adds() -> None:
            await n.fetch_add()
            await names.update(lambda now: (*now, "x"))
            await n.cmpxchg(2, 10)

        async with m.tasks() as started:
            started.start(adds, name="a")
            started.start(adds, name="b")
        assert (await n.load(), await names.load()) == (10, ("x", "x"))

    assert explore(whole(body)).complete


@pytest.mark.parametrize("live", [pytest.param(False, id="in order"), pytest.param(True, id="live")])
def test_cells_work_on_both_engines(live: bool) -> None:
    assert run(race({"a": counts, "b": vcpu(0, guest_counts)}), live=live).good


async def keeps_a_list(kvm: Kvm) -> None:
    await kvm.shared("n", ()).store([])  # type: ignore[arg-type]


async def begins_with_a_list(kvm: Kvm) -> None:
    await kvm.shared("n", []).load()


async def begins_otherwise(kvm: Kvm) -> None:
    await counts(kvm)
    await kvm.shared("n", 1).load()


@pytest.mark.parametrize(
    ("task", "message"),
    [
        (keeps_a_list, "shared.n: a list changes in place, and the search does not see it; keep a tuple"),
        (begins_with_a_list, "shared.n: a list changes in place, and the search does not see it; keep a tuple"),
        (begins_otherwise, "shared.n begins as 0 in one task, and as 1 in another"),
    ],
)
def test_what_no_cell_holds_is_refused(task: Task, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        run(race({"a": task}))
    assert str(caught.value).startswith(message)


README = Path(__file__).resolve().parents[2] / "README.md"
PROGRAM = re.findall(r"```python\n(import aiovgic\n.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)[0]


def test_the_example_of_the_readme_is_plainly_complete(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = tmp_path / "example.py"
    place.write_text(PROGRAM, encoding="utf-8")
    runpy.run_path(str(place))
    assert " executions, complete  (" in capsys.readouterr().out


PAGE = Path(__file__).resolve().parents[2] / "docs/scenarios.md"
EXAMPLE = re.findall(r"```python\n(# lost_update\.py.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)[0]


def test_the_example_of_the_page_loses_an_update(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    place = tmp_path / "lost_update.py"
    place.write_text(EXAMPLE, encoding="utf-8")
    with pytest.raises(NotOkError, match="an update is lost"):
        runpy.run_path(str(place))["test_two_tasks_count"]()
    place.write_text(EXAMPLE.replace("n.store(await n.load() + 1)", "n.fetch_add()"), encoding="utf-8")
    runpy.run_path(str(place))["test_two_tasks_count"]()
