"""Sessions of pytest print what they print at a desk: where CI is set, short summaries are not cut."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _at_a_desk(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CI", "BUILD_NUMBER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "80")
