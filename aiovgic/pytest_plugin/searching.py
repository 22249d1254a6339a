"""Exploring one test, or replaying one schedule of it: what is said of the search, and the failure if there is one."""

from __future__ import annotations

import os
import shlex
from dataclasses import replace
from inspect import signature
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aiovgic.errors import AiovgicError, NotOkError, UsageError
from aiovgic.lab.explore import ExploreResult, explore
from aiovgic.lab.replay import replay
from aiovgic.pytest_plugin import summary
from aiovgic.pytest_plugin.extent import extent_of, shortfall
from aiovgic.pytest_plugin.failure import Traces, report_of
from aiovgic.pytest_plugin.options import Options
from aiovgic.pytest_plugin.own import Own
from aiovgic.scenario.written import whole
from aiovgic.text import nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping

    import pytest

    from aiovgic.lab.result import Result
    from aiovgic.pytest_plugin.explored import Explored
    from aiovgic.pytest_plugin.summary import Extent
    from aiovgic.scenario.body import Machine
    from aiovgic.scenario.scenario import Scenario

NOT_OF_TESTS = ("scenario", "progress", "teller")
"""Arguments of `aiovgic.explore` that pytest gives."""

ARGUMENTS = ("machine", *(name for name in signature(explore).parameters if name not in NOT_OF_TESTS))
"""Arguments of ``@explored``."""


class Search:
    """One test and the options that it is explored with."""

    def __init__(self, options: Options, revision: str, search: Mapping[str, Any]) -> None:
        self.options = options
        self.revision = options.revision or revision
        self.search = search
        self.traces = Traces(options.here)
        self.extent: Extent = summary.Extent(summary.NOT_EXPLORED, "the test failed before its race")
        self.interrupted = False
        """Whether Ctrl-C ended the search."""

    def run(self, make: Callable[[], Scenario], starts_tasks: Callable[[], bool]) -> None:
        """Explore what is made. Raises NotOkError with the report of what was found, or with one line."""
        __tracebackhide__ = True
        try:
            result = self.result_of(make())
        except AiovgicError as error:
            self.extent = summary.Extent(summary.NOT_EXPLORED, str(error).partition("\n")[0])
            raise NotOkError(str(error)) from None
        self.interrupted = isinstance(result, ExploreResult) and result.interrupted
        self.extent = extent_of(result, starts_tasks=starts_tasks())
        if not result.good:
            raise NotOkError(report_of(result, self.traces))
        if self.options.require_complete and self.extent.status not in (summary.COMPLETE, summary.REPLAYED):
            raise NotOkError(shortfall(result, self.extent))

    def result_of(self, scenario: Scenario) -> Result:
        """What came of a search, or of the replay that the command line asks for. Raises UsageError, ScenarioError."""
        for name in self.search:
            if name not in ARGUMENTS:
                hint = nearest(name, list(ARGUMENTS)) or f"; there are {', '.join(ARGUMENTS)}"
                raise UsageError(f"@explored has no argument {name!r}{hint}")
        if self.options.replay is not None:
            again = {key: value for key, value in self.search.items() if key in signature(replay).parameters}
            replayed = replay(scenario, self.options.replay, revision=self.revision, **again)
            for finding in replayed.findings:
                self.traces.write_if_possible(finding, replayed.trace)
            return replayed
        budget = {} if self.options.budget is None else {"budget": self.options.budget}
        return explore(scenario, revision=self.revision, teller=self.traces, **{**self.search, **budget})


class Body:
    """The function of a test, as a search calls it: with values of its own in every execution."""

    def __init__(self, spec: Explored, own: Own) -> None:
        self.spec = spec
        self.own = own
        self.machine: Machine | None = None
        """The machine of the last execution."""

    def scenario(self, name: str, again: str) -> Scenario:
        """The test as a scenario. ``name``: what reports call it, ``again``: its replay line; else the function's."""
        spec = self.spec
        if spec.takes_machine is None:
            raise UsageError("an explored test has a parameter for the machine: async def test_it(m)")
        scenario = whole(spec.body, machine=spec.machine)

        def start(machine: Machine) -> Coroutine[Any, Any, None]:
            self.machine = machine
            values = self.own.next()
            instance = [values.pop(spec.owner)] if spec.owner in values else []
            coroutine: Coroutine[Any, Any, None] = spec.body(*instance, **{str(spec.takes_machine): machine}, **values)
            return coroutine

        vars(start)["__wrapped__"] = spec.body  # what tasks share is looked for in the test's own code
        return replace(scenario, body=start, path=name or scenario.path, again=again or scenario.again)

    def starts_tasks(self) -> bool:
        """Whether the last execution had a race."""
        return self.machine is not None and self.machine.has_race


def explore_body(spec: Explored, own: Own, search: Search, name: str = "", again: str = "") -> None:
    """Explore a test. Raises NotOkError."""
    __tracebackhide__ = True
    body = Body(spec, own)
    try:
        search.run(lambda: body.scenario(name, again), body.starts_tasks)
    finally:
        own.close()


def explore_call(spec: Explored, values: Mapping[str, Any]) -> None:
    """Explore a test that was called as a function, outside of pytest. Raises NotOkError, UsageError."""
    __tracebackhide__ = True
    own = Own(values, spec.owner)
    explore_body(spec, own, Search(Options(here=Path.cwd()), spec.revision, spec.search))


def explore_item(item: pytest.Function, spec: Explored, search: Search) -> None:
    """Explore a test that pytest has collected. Raises NotOkError."""
    __tracebackhide__ = True
    try:
        own = own_of(item, spec)
    except AiovgicError as error:
        search.extent = summary.Extent(summary.NOT_EXPLORED, str(error))
        raise NotOkError(str(error)) from None
    name = called(item, search.options.here)
    explore_body(spec, own, search, name, again_of(name, search.options))


def own_of(item: pytest.Function, spec: Explored) -> Own:
    """What each execution of a test has of its own. Raises UsageError."""
    names = [each for each in spec.signature.parameters if each in item.funcargs]
    values = {name: item.funcargs[name] for name in names}
    bound_to = getattr(item.obj, "__self__", None)
    if spec.owner is not None and bound_to is not None:
        values[spec.owner] = bound_to
    folder = item.funcargs.get("tmp_path")
    parametrized = item.callspec.params if hasattr(item, "callspec") else {}
    return Own(values, spec.owner, folder if isinstance(folder, Path) else None, parametrized)


def called(item: pytest.Item, here: Path) -> str:
    """The node id of a test, seen from the folder that pytest was called in."""
    return f"{os.path.relpath(item.path, here)}::{item.nodeid.partition('::')[2]}"


def again_of(name: str, options: Options) -> str:
    """The line that replays a schedule of a test, for a shell; braces in a node id stand for themselves."""
    node = shlex.quote(name).replace("{", "{{").replace("}", "}}")
    revision = f" --aiovgic-revision {shlex.quote(options.revision)}" if options.revision else ""
    return f"pytest {node} --aiovgic-replay {{schedule}}{revision}"
