"""pytest: async functions that are explored, and scenario files that collect themselves.

::

    @explored(machine={"vcpus": 2, "its": [{"device": 2}], "lpis": [...]}, budget=2_000)
    async def test_an_lpi_is_taken_once(m: aiovgic.Machine) -> None:
        async with m.tasks() as together:
            together.start(m.vcpu[0].run, guest)
            together.start(m.kvm.msi, 2, 1)
        assert m.delivered(8192) == 1

``pytest scenarios/`` explores every scenario file there. Options: ``--aiovgic-budget``, ``--aiovgic-replay``,
``--aiovgic-revision``.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping
    from pathlib import Path

    from aiovgic.lab.result import Result
    from aiovgic.scenario.body import Machine
    from aiovgic.scenario.scenario import Scenario

OPTIONS: dict[str, Any] = {"budget": None, "replay": None, "revision": None}
"""What the command line of pytest says."""

LOOK_BYTES = 1 << 16
"""How much of a YAML file is looked at to see whether it is a scenario."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options of explored tests."""
    group = parser.getgroup("aiovgic")
    group.addoption("--aiovgic-budget", type=int, metavar="N", help="Executions of every explored test at most.")
    group.addoption("--aiovgic-replay", metavar="SCHEDULE", help="Play only this schedule of every explored test.")
    group.addoption("--aiovgic-revision", metavar="R", help="Explore every test on this KVM, whatever it says itself.")


def pytest_configure(config: pytest.Config) -> None:
    """Remember what the options say. Raises pytest.UsageError for what cannot be."""
    OPTIONS.update({name: config.getoption(f"--aiovgic-{name}") for name in OPTIONS})
    if all(value is None for value in OPTIONS.values()):
        return
    from aiovgic.errors import UsageError  # noqa: PLC0415  pytest starts without it
    from aiovgic.record.schedule import Schedule  # noqa: PLC0415
    from aiovgic.revisions import layers_of  # noqa: PLC0415

    try:
        Schedule.parse(OPTIONS["replay"] or "")
        layers_of(OPTIONS["revision"] or "fixed")
    except UsageError as error:
        raise pytest.UsageError(str(error)) from None
    if OPTIONS["budget"] is not None and OPTIONS["budget"] < 1:
        raise pytest.UsageError(f"--aiovgic-budget: is {OPTIONS['budget']}; it must be at least 1")


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

            check(lambda: with_options(whole(body, machine=machine)), budget, revision, how)

        # not functools.wraps: pytest would take the body's parameter for a fixture
        test.__name__, test.__qualname__, test.__module__ = body.__name__, body.__qualname__, body.__module__
        test.__doc__ = body.__doc__
        return test

    return decorate


def with_options(scenario: Scenario) -> Scenario:
    """A test whose replay line repeats what the command line says."""
    if OPTIONS["revision"] is None:
        return scenario
    return replace(scenario, again=f"{scenario.again} --aiovgic-revision {OPTIONS['revision']}")


def check(make: Callable[[], Scenario], budget: int | None, revision: str, how: Mapping[str, Any]) -> None:
    """Explore what is made, or replay it if that is asked for; fail with the report, or with what is wrong."""
    __tracebackhide__ = True
    from aiovgic.errors import AiovgicError  # noqa: PLC0415  pytest starts without it

    try:
        result = result_of(make(), budget, OPTIONS["revision"] or revision, how)
        wrong = "" if result.good else str(result)
    except AiovgicError as error:
        wrong = str(error)
    if wrong:
        pytest.fail(wrong, pytrace=False)


def result_of(scenario: Scenario, budget: int | None, revision: str, how: Mapping[str, Any]) -> Result:
    """What came of a search, or of the replay that the command line asks for."""
    from aiovgic import explore, replay  # noqa: PLC0415  pytest starts without it

    if OPTIONS["replay"] is not None:
        again = {key: how[key] for key in ("bugs",) if key in how}
        return replay(scenario, OPTIONS["replay"], revision=revision, **again)
    most = budget if OPTIONS["budget"] is None else OPTIONS["budget"]
    options = dict(how) if most is None else {**how, "budget": most}
    return explore(scenario, revision=revision, **options)


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
        from aiovgic.scenario.loader import load  # noqa: PLC0415  pytest starts without it

        check(lambda: load(self.path), None, "fixed", {})

    def reportinfo(self) -> tuple[Path, None, str]:
        return self.path, None, self.name
