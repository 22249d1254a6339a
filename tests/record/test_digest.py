"""Digests of meaning: comments and layout play no part, and anything else does."""

from __future__ import annotations

from aiovgic.record.digest import of_data, of_python

SOURCE = "def f(x):\n    return x + 1\n"


def test_comments_and_layout_of_python_do_not_change_its_digest() -> None:
    assert of_python(f"# why\n\n{SOURCE.replace('x + 1', '(x   +  1)  # so')}") == of_python(SOURCE)


def test_another_constant_changes_the_digest_of_python() -> None:
    assert of_python(SOURCE.replace("1", "2")) != of_python(SOURCE)


def test_what_is_no_python_has_the_digest_of_its_text() -> None:
    assert of_python("def (") != of_python("def ((")


def test_the_order_of_a_mapping_does_not_change_the_digest_of_data() -> None:
    assert of_data({"a": 1, "b": [True, None]}) == of_data({"b": (True, None), "a": 1})


def test_a_number_and_its_text_have_other_digests() -> None:
    assert of_data([1]) != of_data(["1"])
