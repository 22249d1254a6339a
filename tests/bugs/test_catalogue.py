"""The catalogue: whole, in order, and true about its own files."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import pytest

from aiovgic import bugs
from aiovgic.bugs.catalogue import Bug, catalogue, figures
from aiovgic.record.finding import KINDS
from aiovgic.revisions import REVISIONS
from aiovgic.scenario.shipped import scenarios
from aiovgic.sync import Parts, Runtime

ROOT = Path(__file__).parents[2]
FILES = sorted(info.name for info in iter_modules(bugs.__path__) if not info.ispkg and info.name != "catalogue")
BUGS = catalogue()


def test_every_file_is_in_the_catalogue_under_its_own_name() -> None:
    assert list(BUGS) == [name.replace("_", "-") for name in FILES]


@pytest.mark.parametrize("bug", BUGS.values(), ids=BUGS)
def test_a_bug_says_what_it_is(bug: Bug) -> None:
    assert bug.base in REVISIONS
    assert bug.kinds
    assert set(bug.kinds) <= set(KINDS)
    assert bug.title
    assert not bug.title.startswith(bug.id)
    assert "docs/facts/" in bug.story
    assert ("No commit is known." in " ".join(bug.story.split())) == (not bug.commit and not bug.cve)
    assert not bug.scenario or bug.scenario in scenarios()


def test_the_readme_gives_the_figures_of_the_catalogue() -> None:
    assert str(figures(BUGS.values())) in " ".join((ROOT / "README.md").read_text("utf-8").split())


@pytest.mark.parametrize("bug", BUGS.values(), ids=BUGS)
def test_a_bug_is_layers_that_go_over_its_base(bug: Bug) -> None:
    assert bug.layers
    assert bug.layers == import_module(f"{bugs.__name__}.{bug.id.replace('-', '_')}").LAYERS
    Parts(Runtime(), tuple(dict.fromkeys((*REVISIONS[bug.base], *bug.layers))))
