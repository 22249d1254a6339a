"""Schedules: what is printed can be pasted."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiovgic.errors import UsageError
from aiovgic.record.schedule import Schedule

numbers = st.integers(0, 10**9 - 1)
task_names = st.from_regex(r"[A-Za-z_][\w.-]*", fullmatch=True)
schedules = st.builds(
    lambda switches, choices: Schedule(tuple(sorted(switches.items())), tuple(sorted(choices.items()))),
    st.dictionaries(numbers, task_names),
    st.dictionaries(numbers, numbers),
)


@given(schedule=schedules)
def test_a_printed_schedule_is_parsed_to_the_same(schedule: Schedule) -> None:
    assert Schedule.parse(str(schedule)) == schedule


@given(schedule=schedules)
def test_a_schedule_is_as_long_as_its_words(schedule: Schedule) -> None:
    assert len(schedule) == len(str(schedule).split())


@given(schedule=schedules, data=st.data())
def test_the_order_and_the_spacing_of_the_words_do_not_matter(schedule: Schedule, data: st.DataObject) -> None:
    words = data.draw(st.permutations(str(schedule).split()))
    assert Schedule.parse("  \t" + "\n ".join(words)) == schedule


@given(parts=st.lists(schedules, min_size=1, max_size=4))
def test_a_printed_schedule_of_several_executions_is_parsed_to_the_same(parts: list[Schedule]) -> None:
    *earlier, last = parts
    together = last.after(*earlier)
    assert Schedule.parse(str(together)) == together
    assert together.executions == tuple(parts)
    assert len(together) == sum(map(len, parts))


def test_the_schedules_of_several_executions_are_separated_by_semicolons() -> None:
    schedule = Schedule.parse("7=1 2>nic;;3>mover")
    assert str(schedule) == "2>nic 7=1 ; ; 3>mover"
    assert str(Schedule().after(Schedule())) == ";"


def test_a_schedule_names_no_more_executions_than_it_may() -> None:
    assert len(Schedule.parse(";" * 64).executions) == 65
    with pytest.raises(UsageError, match=r"^a schedule names at most 65 executions, not 66$"):
        Schedule.parse(";" * 65)


def test_a_schedule_reads_as_switches_then_choices() -> None:
    schedule = Schedule.parse("7=1 13>mover 12>nic 2=0")
    assert schedule.switches == ((12, "nic"), (13, "mover"))
    assert schedule.choices == ((2, 0), (7, 1))
    assert str(schedule) == "12>nic 13>mover 2=0 7=1"


@pytest.mark.parametrize("text", [pytest.param("", id="no text"), pytest.param(" \n", id="nothing but space")])
def test_the_plain_order_is_the_empty_schedule(text: str) -> None:
    assert Schedule.parse(text) == Schedule()
    assert str(Schedule()) == ""
    assert not Schedule()


def test_a_step_and_a_choice_of_one_number_are_two_things() -> None:
    assert Schedule.parse("7>nic 7=1") == Schedule(((7, "nic"),), ((7, 1),))


@pytest.mark.parametrize(
    "word",
    [
        pytest.param("12", id="a number alone"),
        pytest.param("nic", id="a name alone"),
        pytest.param("12>", id="no task"),
        pytest.param(">nic", id="no step"),
        pytest.param("12>9nic", id="a task that begins with a digit"),
        pytest.param("12>nic,13>mover", id="commas"),
        pytest.param("12<nic", id="the other way round"),
        pytest.param("-1>nic", id="a negative step"),
        pytest.param("1234567890>nic", id="a step of ten digits"),
        pytest.param("7=", id="no alternative"),
        pytest.param("7=-1", id="a negative alternative"),
        pytest.param("7=one", id="an alternative in words"),
        pytest.param("7=1234567890", id="an alternative of ten digits"),
        pytest.param("7==1", id="two signs"),
        pytest.param("0x7=1", id="a number in hex"),
        pytest.param("'12>nic'", id="quotes"),
    ],
)
def test_a_word_that_is_no_part_of_a_schedule_is_named(word: str) -> None:
    with pytest.raises(UsageError, match=rf"^{re.escape(repr(word))} is no part of a schedule; .*'12>nic'.*'7=1'"):
        Schedule.parse(f"1>first {word} 2=2")


@pytest.mark.parametrize(
    ("text", "word", "number"),
    [
        pytest.param("12>nic 3=1 12>mover", "12>mover", 12, id="a step with two tasks"),
        pytest.param("12>nic 12>nic", "12>nic", 12, id="a step said twice"),
        pytest.param("7=1 12>nic 7=2", "7=2", 7, id="a choice with two alternatives"),
        pytest.param("7=1 07=1", "07=1", 7, id="a choice said twice in other digits"),
    ],
)
def test_a_number_may_be_spoken_for_once(text: str, word: str, number: int) -> None:
    with pytest.raises(UsageError, match=rf"^'{word}' .* number {number}, "):
        Schedule.parse(text)
