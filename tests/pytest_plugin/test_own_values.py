"""Every execution has its own fixtures and parameters; what cannot be copied is refused in one line."""

from __future__ import annotations

import pytest

from tests.pytest_plugin.own_values import passes, says
from tests.pytest_plugin.sessions import failure, pytest_of, summary

pytest_plugins = "pytester"


def test_every_execution_has_its_own_copy_of_a_fixture_and_of_a_parameter(pytester: pytest.Pytester) -> None:
    passes(
        pytester,
        """
@pytest.fixture
def rows():
    return [{"row": []}]

@pytest.mark.parametrize("more", [[], [[]]])
@explored
async def test_it(m, rows, more):
    assert rows == [{"row": []}] and more in ([], [[]])
    rows[0]["row"].append(more)
    more.append(rows)
    await several(m)

def test_afterwards():
    assert executions > 1
""",
        count=3,
    )


def test_values_that_refer_to_each_other_still_do(pytester: pytest.Pytester) -> None:
    passes(
        pytester,
        """
@pytest.fixture
def queue():
    return []

@pytest.fixture
def device(queue):
    return {"queue": queue}

@explored
async def test_it(m, queue, device):
    assert device["queue"] is queue
    await several(m)
""",
    )


def test_a_value_that_cannot_change_is_the_same_in_every_execution(pytester: pytest.Pytester) -> None:
    passes(
        pytester,
        """
MARK = object()

@pytest.mark.parametrize(("value", "values"), [(MARK, [MARK])])
@explored
async def test_it(m, value, values):
    assert value is MARK and values == [MARK]
    await several(m)
""",
    )


def test_a_fixture_may_give_a_function_that_makes_what_cannot_be_copied(pytester: pytest.Pytester) -> None:
    passes(
        pytester,
        """
import io

@pytest.fixture
def log():
    return lambda: io.TextIOWrapper(io.BytesIO())

@explored
async def test_it(m, log):
    log().write("x")
    await several(m)
""",
    )


def test_a_fixture_that_two_tasks_share_keeps_a_search_from_being_complete(pytester: pytest.Pytester) -> None:
    text = """
@pytest.fixture
def rows():
    return []

@explored
async def test_it(m, rows):
    async def one():
        await m.kvm.irq_line(0x1000020)
        rows.append(1)
    async with m.tasks() as together:
        together.start(one, name="a")
        together.start(one, name="b")
"""
    assert summary(pytest_of(pytester, text)) == (
        "aiovgic: 1 explored: 1 not complete\n"
        "  not complete  test_it.py::test_it: not explored: closure variable `rows` (tasks a, b)"
    )


REFUSED = {
    "return threading.Lock()": "cannot be copied (TypeError: cannot pickle '_thread.lock' object)",
    "return (number for number in range(3))": "cannot be copied (TypeError: cannot pickle 'generator' object)",
    "seen = []; return lambda: seen": "shares its seen with every copy of it",
    "return Single()": "is not copied by copy.deepcopy",
    "return {'of': request}": "holds a SubRequest (its ['of']), which belongs to the whole run of pytest",
}


@pytest.mark.parametrize(("makes", "why"), REFUSED.items())
def test_a_fixture_that_cannot_be_copied_is_refused_by_name(pytester: pytest.Pytester, makes: str, why: str) -> None:
    text = f"""
import threading

class Single(dict):
    def __deepcopy__(self, memo):
        return self

@pytest.fixture
def shared(request):
    {makes}

@explored
async def test_it(m, shared):
    raise AssertionError("the search began")
"""
    way_out = "make it in the test itself, or let the fixture give a function that makes it"
    assert says(pytester, text) == [f"fixture 'shared' {why}, and each execution needs its own: {way_out}"]


@pytest.mark.parametrize("plugin", ["none", "asyncio", "anyio"])
@pytest.mark.parametrize("needs", ["line", "uses_line", "m"])
def test_an_async_fixture_is_refused_before_it_is_made(pytester: pytest.Pytester, needs: str, plugin: str) -> None:
    text = f"""
pytestmark = [pytest.mark.anyio] if {plugin == "anyio"} else []

@pytest.fixture(autouse={needs == "m"})
async def line():
    raise AssertionError("the fixture was made")
    yield

@pytest.fixture
def uses_line(line): ...

@explored
async def test_it(m{", " * (needs != "m")}{needs * (needs != "m")}):
    raise AssertionError("the search began")
"""
    result = pytest_of(pytester, text, ini="asyncio_mode = auto\n" if plugin == "asyncio" else "")
    result.assert_outcomes(failed=1)
    line = (
        "fixture 'line' is async, and an explored test has no event loop: "
        "make it a plain fixture, or do its work in the test itself"
    )
    assert failure(result).splitlines()[2] == line
    assert summary(result).splitlines()[1] == f"  not explored  test_it.py::test_it: {line}"


def test_tmp_path_is_as_the_fixtures_left_it_in_every_execution(pytester: pytest.Pytester) -> None:
    passes(
        pytester,
        """
@pytest.fixture
def config(tmp_path):
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf" / "a").write_text("a")
    return tmp_path / "conf" / "a"

@explored
async def test_it(m, tmp_path):
    assert not list(tmp_path.iterdir())
    (tmp_path / "new").mkdir()
    (tmp_path / "log").write_text("x")
    await several(m)

@explored
async def test_takes_it_away(m, tmp_path):
    tmp_path.rmdir()
    await several(m)

@explored
async def test_with_a_fixture(m, config):
    assert config.read_text() == "a" and len(list(config.parent.parent.iterdir())) == 1
    config.write_text("b")
    (config.parent.parent / "log").write_text("x")
    await several(m)
    assert config.read_text() == "b"
""",
        count=3,
    )


def test_monkeypatch_is_undone_after_every_execution(pytester: pytest.Pytester) -> None:
    passes(
        pytester,
        """
import os
import sys

class Limits:
    most = 1

@pytest.fixture(autouse=True)
def _before(monkeypatch):
    monkeypatch.setattr(sys, "argv", ["before"])

@explored
async def test_it(m, monkeypatch):
    assert Limits.most == 1 and "AIOVGIC_TEST" not in os.environ and sys.argv == ["before"]
    monkeypatch.setattr(Limits, "most", 2)
    monkeypatch.setenv("AIOVGIC_TEST", "1")
    monkeypatch.setattr(sys, "argv", ["in the test"])
    await several(m)
    assert Limits.most == 2

def test_afterwards():
    assert Limits.most == 1 and "AIOVGIC_TEST" not in os.environ and sys.argv == ["before"] and executions > 1
""",
        count=2,
    )


@pytest.mark.parametrize(
    ("fixture", "kind", "way_out"),
    [
        ("caplog", "LogCaptureFixture", "add a logging.Handler in the test itself"),
        ("request", "TopRequest", "read it in a fixture that gives a plain value"),
        ("capsys", "CaptureFixture", "use contextlib.redirect_stdout in the test itself"),
    ],
)
def test_fixtures_of_the_whole_run_are_refused_with_a_way_out(
    pytester: pytest.Pytester, fixture: str, kind: str, way_out: str
) -> None:
    text = f"@explored\nasync def test_it(m, {fixture}):\n    await several(m)\n"
    why = f"is a {kind}, which belongs to the whole run of pytest, and each execution needs its own"
    assert says(pytester, text) == [f"fixture {fixture!r} {why}: {way_out}"]
