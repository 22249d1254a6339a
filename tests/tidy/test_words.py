"""Words and phrases that no text of the repository uses."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("aiovgic", "benchmarks", "devtools", "docs", "scenarios", "tests")
ENDINGS = (".ambr", ".json", ".md", ".py", ".txt", ".yaml")
NAMES = ("frame-of-nobody",)
"""Names of scenarios, which recorded schedules carry."""
EXEMPT = ("docs/renamed.md", "tests/tidy/test_facts.py", "tests/tidy/test_words.py")
"""The table of old names of rules, and tests that name the words in order to ban them."""
PERSONS = re.compile(r"\b(?:whoever|whom|nobody|somebody|he|his)\b", re.IGNORECASE)
PHRASES = re.compile(r"\bturn(?:s|ed|ing)? round\b|\blet on by\b|\boverslept\b", re.IGNORECASE)
OPENINGS = re.compile(r'"""(?:The same|As the)\b')


def short(path: Path) -> str:
    """A file's path in the repository."""
    return path.relative_to(ROOT).as_posix()


TEXTS = [
    ROOT / "README.md",
    *(
        path
        for folder in FOLDERS
        for path in sorted((ROOT / folder).rglob("*"))
        if path.suffix in ENDINGS and short(path) not in EXEMPT
    ),
]


def banned(text: str) -> list[str]:
    """Each banned word, phrase or opening in a text, without the names that are allowed."""
    for name in NAMES:
        text = text.replace(name, "")
    return [found for pattern in (PERSONS, PHRASES, OPENINGS) for found in pattern.findall(text)]


def test_banned_words_are_found() -> None:
    assert banned("Nobody sees his lock; the search turns round; it overslept, let on by one.") == [
        "Nobody",
        "his",
        "turns round",
        "overslept",
        "let on by",
    ]
    assert banned('"""The same with a lock."""\n"""As the other."""') == ['"""The same', '"""As the']
    assert banned("This turns a circle around, the helper waits: frame-of-nobody") == []


@pytest.mark.parametrize("path", TEXTS, ids=short)
def test_no_text_has_a_banned_word(path: Path) -> None:
    assert banned(path.read_text("utf-8")) == []
