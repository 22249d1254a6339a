"""What the command line of pytest says about explored tests."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from aiovgic.pytest_plugin.summary import Summary


@dataclass(frozen=True)
class Options:
    """The options of explored tests; by default there are none."""

    budget: int | None = None
    replay: str | None = None
    revision: str | None = None
    require_complete: bool = False
    here: Path = Path()
    """The folder that pytest was called in: replay lines and traces are relative to it."""

    def check(self) -> None:
        """Raises pytest.UsageError for an option that no test could follow."""
        if self == Options(require_complete=self.require_complete, here=self.here):
            return
        from aiovgic.errors import UsageError  # noqa: PLC0415  pytest starts without it
        from aiovgic.record.schedule import Schedule  # noqa: PLC0415
        from aiovgic.revisions import layers_of  # noqa: PLC0415

        try:
            Schedule.parse(self.replay or "")
            layers_of(self.revision or "fixed")
        except UsageError as error:
            raise pytest.UsageError(str(error)) from None
        if self.budget is not None and self.budget < 1:
            raise pytest.UsageError(f"--aiovgic-budget: is {self.budget}; it must be at least 1")


OPTIONS = pytest.StashKey[Options]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of explored tests."""
    group = parser.getgroup("aiovgic", "races in KVM's vgic and ITS (docs/pytest.md)")
    group.addoption(
        "--aiovgic-budget",
        type=int,
        metavar="N",
        help="Try at most N executions of every explored test, whatever budget the test has.",
    )
    group.addoption(
        "--aiovgic-replay",
        metavar="SCHEDULE",
        help="Run only this schedule of the selected tests. The report of a failure has the whole line.",
    )
    group.addoption(
        "--aiovgic-revision",
        metavar="R",
        help="Explore every test on this revision of KVM, whatever revision the test names ('aiovgic list').",
    )
    group.addoption(
        "--aiovgic-require-complete",
        action="store_true",
        help="Fail each explored test whose search is not complete: a limit ended it, or the test starts no task.",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Keep the options with the session, and begin its summary. Raises pytest.UsageError for what cannot be."""
    options = Options(
        budget=config.getoption("--aiovgic-budget"),
        replay=config.getoption("--aiovgic-replay"),
        revision=config.getoption("--aiovgic-revision"),
        require_complete=config.getoption("--aiovgic-require-complete"),
        here=config.invocation_params.dir,
    )
    options.check()
    config.stash[OPTIONS] = options
    config.pluginmanager.register(Summary(), "aiovgic-summary")
