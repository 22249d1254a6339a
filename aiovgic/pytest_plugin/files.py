"""Scenario files are tests: each is explored."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from aiovgic.pytest_plugin.items import begin, run
from aiovgic.pytest_plugin.options import OPTIONS

if TYPE_CHECKING:
    from collections.abc import Iterable


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> ScenarioFile | None:
    """Collect a YAML file that is a scenario."""
    if file_path.suffix not in {".yaml", ".yml"}:
        return None
    from aiovgic.scenario.recognised import is_scenario  # noqa: PLC0415  pytest starts without it

    if not is_scenario(file_path):
        return None
    return ScenarioFile.from_parent(parent, path=file_path)


def shortest(path: Path) -> Path:
    """A path as it is called from the current folder."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


class ScenarioFile(pytest.File):
    """A scenario file: one test."""

    def collect(self) -> Iterable[ScenarioItem]:
        yield ScenarioItem.from_parent(self, name=self.path.stem)


class ScenarioItem(pytest.Item):
    """Exploring a scenario is a test of it."""

    def setup(self) -> None:
        begin(self)

    def runtest(self) -> None:
        from aiovgic.pytest_plugin.searching import Search  # noqa: PLC0415  pytest starts without it
        from aiovgic.scenario.loader import load  # noqa: PLC0415

        search = Search(self.config.stash[OPTIONS], "fixed", {})
        run(self, search, lambda: search.run(lambda: load(shortest(self.path)), lambda: True))

    def reportinfo(self) -> tuple[Path, None, str]:
        return self.path, None, self.name
