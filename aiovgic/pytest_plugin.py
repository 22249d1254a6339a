"""pytest: async functions that are explored, and scenario files that collect themselves.

::

    @explored(machine={"vcpus": 2, "its": [{"device": 2}], "lpis": [...]}, budget=2_000)
    async def test_an_lpi_is_taken_once(m: aiovgic.Machine) -> None:
        async with m.tasks() as together:
            together.start(m.vcpu[0].run, guest)
            together.start(m.kvm.msi, 2, 1)
        assert m.delivered(8192) == 1

``pytest scenarios/`` explores every scenario file there. Options: ``--aiovgic-budget``, ``--aiovgic-replay``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping
    from pathlib import Path

    from aiovgic.scenario.body import Machine

OPTIONS: dict[str, Any] = {"budget": None, "replay": None}
"""What the command line of pytest says."""

LOOK_BYTES = 1 << 16
"""How much of a YAML file is looked at to see whether it is a scenario."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options of explored tests."""
    group = parser.getgroup("aiovgic")
    group.addoption("--aiovgic-budget", type=int, metavar="N", help="Executions of every explored test at most.")
    group.addoption("--aiovgic-replay", metavar="SCHEDULE", help="Play only this schedule of every explored test.")


def pytest_configure(config: pytest.Config) -> None:
    """Remember what the options say."""
    OPTIONS.update(budget=config.getoption("--aiovgic-budget"), replay=config.getoption("--aiovgic-replay"))


def explored(
    *, machine: Mapping[str, Any] | None = None, budget: int | None = None, revision: str = "fixed", **how: Any
) -> Callable[[Callable[[Machine], Awaitable[None]]], Callable[[], None]]:
    """Explore a test: every execution calls the async function with a fresh machine, and no fixtures.

    ``machine`` is what a scenario file has there; the rest goes to `aiovgic.explore`. The test fails with
    the report of what was found.
    """

    def decorate(body: Callable[[Machine], Awaitable[None]]) -> Callable[[], None]:
        def test() -> None:
            __tracebackhide__ = True
            from aiovgic.scenario.written import whole  # noqa: PLC0415  pytest starts without it

            check(whole(body, machine=machine), budget, revision, how)

        # not functools.wraps: pytest would take the body's parameter for a fixture
        test.__name__, test.__qualname__, test.__module__ = body.__name__, body.__qualname__, body.__module__
        test.__doc__ = body.__doc__
        return test

    return decorate


def check(scenario: Any, budget: int | None, revision: str, how: Mapping[str, Any]) -> None:
    """Explore, or replay if that is asked for; fail with the report."""
    __tracebackhide__ = True
    from aiovgic import explore, replay  # noqa: PLC0415  pytest starts without it

    if OPTIONS["replay"] is not None:
        again = {key: how[key] for key in ("bugs",) if key in how}
        result: Any = replay(scenario, OPTIONS["replay"], revision=revision, **again)
    else:
        most = OPTIONS["budget"] or budget
        options: dict[str, Any] = {**how, "budget": most} if most else dict(how)
        result = explore(scenario, revision=revision, **options)
    if not result.good:
        pytest.fail(str(result), pytrace=False)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> ScenarioFile | None:
    """Scenario files are tests."""
    if file_path.suffix not in {".yaml", ".yml"} or not is_scenario(file_path):
        return None
    return ScenarioFile.from_parent(parent, path=file_path)


def is_scenario(path: Path) -> bool:
    """Whether a YAML file looks like one of ours."""
    with path.open("rb") as file:
        lines = file.read(LOOK_BYTES).splitlines()
    return any(line.startswith(b"schema:") for line in lines) and any(line.startswith(b"tasks:") for line in lines)


class ScenarioFile(pytest.File):
    """A scenario file: one test."""

    def collect(self) -> Iterable[ScenarioItem]:
        yield ScenarioItem.from_parent(self, name=self.path.stem)


class ScenarioItem(pytest.Item):
    """Exploring a scenario is a test of it."""

    def runtest(self) -> None:
        from aiovgic.errors import AiovgicError  # noqa: PLC0415  pytest starts without it

        try:
            check(self.path, None, "fixed", {})
        except AiovgicError as error:
            pytest.fail(str(error), pytrace=False)

    def reportinfo(self) -> tuple[Path, None, str]:
        return self.path, None, self.name
