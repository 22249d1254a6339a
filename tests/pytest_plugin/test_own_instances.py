"""Every execution has its own instance of a test's class, and the machine is the right parameter."""

from __future__ import annotations

import pytest

from tests.pytest_plugin.own_values import BEGINNING, passes, says
from tests.pytest_plugin.sessions import failure, pytest_of, summary

pytest_plugins = "pytester"


def test_a_method_has_a_new_instance_in_every_execution(pytester: pytest.Pytester) -> None:
    passes(
        pytester,
        """
class TestIt:
    @pytest.fixture(autouse=True)
    def _fixture(self):
        self.rows = []

    def setup_method(self):
        self.before = {"count": 0}

    @pytest.mark.parametrize("number", [1, 2])
    @explored
    async def test_method(self, m, number):
        assert self.rows == [] and self.before == {"count": 0} and not hasattr(self, "seen")
        self.rows.append(number)
        self.before["count"] += 1
        self.seen = True
        await several(m)

    @staticmethod
    @explored
    async def test_static(m):
        await several(m)

    @classmethod
    @explored
    async def test_class(cls, m):
        assert cls is TestIt
        await several(m)
""",
        count=4,
    )


def test_of_a_class_that_is_explored_every_async_test_is(pytester: pytest.Pytester) -> None:
    result = passes(
        pytester,
        """
@explored(machine=CREATED)
class TestIt:
    async def test_method(self, m):
        await init_race(m)

    @staticmethod
    async def test_static(m):
        await init_race(m)

    def test_plain(self):
        assert self.helper() == 1

    def helper(self):
        return 1

class TestOther:
    @explored(machine=CREATED)
    @staticmethod
    async def test_static(m):
        await init_race(m)
""",
        count=4,
    )
    assert summary(result) == "aiovgic: 3 explored: 3 complete"


def test_what_an_instance_cannot_copy_is_refused_by_name(pytester: pytest.Pytester) -> None:
    text = """
import threading

class TestIt:
    def setup_method(self):
        self.rows, self.lock = [], threading.Lock()

    @explored
    async def test_method(self, m):
        raise AssertionError("the search began")
"""
    why = "cannot be copied (TypeError: cannot pickle '_thread.lock' object), and each execution needs its own"
    assert says(pytester, text) == [f"self.lock {why}: make it in the test itself"]


def test_a_method_of_a_unittest_testcase_is_refused(pytester: pytest.Pytester) -> None:
    text = """
import unittest

class TestIt(unittest.TestCase):
    @explored
    async def test_method(self, m): ...
"""
    result = pytest_of(pytester, text)
    assert "a method of a unittest.TestCase cannot be explored: make it a method of a plain class" in failure(result)


def test_the_machine_is_the_parameter_that_is_annotated_so_or_called_m_or_the_first(pytester: pytest.Pytester) -> None:
    passes(
        pytester,
        """
@pytest.fixture
def one():
    return 1

@explored
async def test_annotated(one, machine: Machine):
    assert one == 1
    await several(machine)

@explored
async def test_annotated_by_a_text(one, machine: "Machine"):
    assert one == 1
    await several(machine)

@explored
async def test_named(one, m):
    assert one == 1
    await several(m)

@explored
async def test_first(machine, one):
    assert one == 1
    await several(machine)
""",
        count=4,
    )


@pytest.mark.parametrize(
    ("marks", "ini"),
    [
        pytest.param("", "asyncio_mode = auto\n", id="pytest-asyncio in auto mode"),
        pytest.param("pytestmark = pytest.mark.anyio\n", "", id="anyio"),
        pytest.param("pytestmark = pytest.mark.anyio\n", "asyncio_mode = auto\n", id="both"),
    ],
)
def test_plugins_for_async_tests_leave_explored_tests_alone(pytester: pytest.Pytester, marks: str, ini: str) -> None:
    text = f"""
import asyncio
{marks}
@explored
async def test_it(m):
    await several(m)

async def test_on_a_loop():
    await asyncio.sleep(0)
    assert asyncio.get_running_loop()
"""
    result = pytest_of(pytester, BEGINNING + text, "-k", "test_it or asyncio", ini=ini)
    assert result.parseoutcomes().get("passed") in (2, 3)
    assert "failed" not in result.parseoutcomes()
