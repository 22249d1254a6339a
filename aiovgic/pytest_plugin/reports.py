"""Reports of explored tests: how far the search went, and of a failure the search's own report."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from _pytest._code.code import ReprEntryNative, ReprExceptionInfo, ReprFileLocation, ReprTraceback

from aiovgic.errors import NotOkError
from aiovgic.pytest_plugin.summary import ATTRIBUTE, EXTENT

if TYPE_CHECKING:
    from collections.abc import Generator


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Put the extent of a search into the test's report; of a failure, show the report and nothing of our code."""
    report = yield
    extent = item.stash.get(EXTENT, None)
    is_skipped = call.excinfo is not None and isinstance(call.excinfo.value, pytest.skip.Exception)
    if extent is not None and not is_skipped and (call.when == "call" or report.failed):
        setattr(report, ATTRIBUTE, list(extent))
    if call.excinfo is not None and isinstance(call.excinfo.value, NotOkError):
        report.longrepr = shown(item, str(call.excinfo.value))
    return report


def shown(item: pytest.Item, text: str) -> ReprExceptionInfo:
    """A failure as pytest prints it: the text as it is, and its first line in the short summary.

    pytest has no public way to make one. pytest-xdist sends this one and no other whole.
    """
    path, line, _ = item.location
    cause = text.partition("\n")[0]
    lines = [each + "\n" for each in text.splitlines()]
    traceback = ReprTraceback([ReprEntryNative(lines)], None, "native")
    return ReprExceptionInfo(traceback, ReprFileLocation(path, (line or 0) + 1, cause))
