"""The hunt: scripts that the model answers otherwise than the kernel are kept."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from devtools.hunt import Hunt
from devtools.oracle.cache import Cache

if TYPE_CHECKING:
    import pytest

AGREED = '{"script": "a/agreed"}\n{"op": "create_vm", "result": {"ret": 0, "errno": null}}\n'
DIFFERS = '{"script": "a/differs"}\n{"op": "create_vm", "result": {"ret": -1, "errno": "ENOMEM"}}\n'
STAMP = '{"recorded": {"kernel": "6.12-test", "host_gic": 3}}\n'


class Answered(Hunt):
    """A hunt whose kernel has answered already."""

    def ask(self, seed: int, scripts: Path, recorded: Path) -> None:
        recorded.write_text(STAMP + AGREED + DIFFERS)


def test_a_script_that_differs_is_told_and_kept_with_the_answers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hunt = Answered("v6.12", Cache(Path("/nowhere")), ())
    hunt.batch(1, tmp_path / "found.jsonl")
    assert (hunt.scripts, hunt.ops, hunt.differing) == (2, 2, ["a/differs"])
    assert (tmp_path / "found.jsonl").read_text() == DIFFERS
    assert "ENOMEM" in capsys.readouterr().out
