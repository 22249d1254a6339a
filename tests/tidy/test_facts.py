"""Every reference to a page of facts about KVM leads to a page and a section that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FACTS = ROOT / "docs" / "facts"
PAGES = {path.name: set(re.findall(r'<a id="([\w.]+)"></a>', path.read_text("utf-8"))) for path in FACTS.glob("*.md")}
FOLDERS = ("aiovgic", "benchmarks", "docs", "scenarios", "tests")
TEXTS = [
    path
    for path in sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*"))
    if path.suffix in {".py", ".yaml", ".md"} and path.parent != FACTS and path != Path(__file__)
]
PAGE = re.compile(rf"([\w/]*)\b({'|'.join(map(re.escape, sorted(PAGES)))})((?:#[\w.]*\w)?(?:(?:,| and) #[\w.]*\w)*)")


def references(text: str) -> list[tuple[str, str, list[str]]]:
    """The folder, the page and the sections of every reference."""
    return [(found[1], found[2], re.findall(r"#([\w.]*\w)", found[3])) for found in PAGE.finditer(text)]


def test_a_reference_is_read_with_all_its_sections() -> None:
    assert references("(docs/facts/its.md#5.1 and #6, see docs/facts/uapi.md#13, columns A)") == [
        ("docs/facts/", "its.md", ["5.1", "6"]),
        ("docs/facts/", "uapi.md", ["13"]),
    ]
    assert references("its.md 5") == [("", "its.md", [])]


def test_the_pages_are_there_and_have_sections() -> None:
    assert set(PAGES) == {
        f"{name}.md" for name in ("formats", "interrupts", "its", "mainline", "races", "registers", "uapi", "vmms")
    }
    assert all(PAGES.values())


@pytest.mark.parametrize("path", [ROOT / "README.md", *TEXTS], ids=lambda path: str(path.relative_to(ROOT)))
def test_every_reference_leads_to_a_section(path: Path) -> None:
    folder = "facts/" if path.is_relative_to(ROOT / "docs") else "docs/facts/"
    for where, page, sections in references(path.read_text("utf-8")):
        assert where == folder, f"{where}{page}"
        for section in sections:
            assert section in PAGES[page], f"{page}#{section}"


@pytest.mark.parametrize("page", PAGES)
def test_no_page_names_a_path_outside_the_repository(page: str) -> None:
    text = (FACTS / page).read_text("utf-8")
    assert not re.search(r"(?<!x)\.\./|\bconformance/|/work/", text)


@pytest.mark.parametrize("page", PAGES)
def test_no_page_speaks_of_persons(page: str) -> None:
    text = (FACTS / page).read_text("utf-8")
    assert not re.findall(r"\b(?:who|whom|whoever|nobody|somebody|someone|he|his)\b", text)
