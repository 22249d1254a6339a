"""Texts with styles are strings; joining and cutting them keeps each word's style."""

from __future__ import annotations

from aiovgic.report.styled import BAD, FAILED, joined, parts_of, styled
from aiovgic.report.table import table


def test_a_text_with_styles_is_a_plain_string_too() -> None:
    text = styled("s  ", FAILED, "  why")
    assert text == "s  FAILED  why"
    assert parts_of(text) == (("s  ", ""), ("FAILED", BAD), ("  why", ""))


def test_a_string_is_one_part_without_a_style() -> None:
    assert parts_of("FAILED") == (("FAILED", ""),)


def test_styles_stay_where_texts_are_joined() -> None:
    text = joined(["a", styled(FAILED), "b"], ", ")
    assert text == "a, FAILED, b"
    assert parts_of(text) == (("a", ""), (", ", ""), ("FAILED", BAD), (", ", ""), ("b", ""))
    assert parts_of(styled("> ", text))[3] == ("FAILED", BAD)


def test_blanks_at_the_end_go_across_parts() -> None:
    text = joined([styled(("FAILED \n", BAD)), "", " "]).rstrip()
    assert text == "FAILED"
    assert parts_of(text) == (("FAILED", BAD),)
    assert parts_of(joined(["", "  "]).rstrip()) == ()


def test_a_cell_keeps_its_style_in_a_table() -> None:
    *_, row = table(["verdict", "n"], [[styled(FAILED), "1"]], right=(1,))
    assert row == "FAILED   1"
    assert ("FAILED", BAD) in parts_of(row)
