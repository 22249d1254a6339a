"""A fault in a user's test, scenario body or layer is a test-error; a fault of the model is a model-bug."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import aiovgic
from aiovgic import Cpu, Kvm, Machine, race, vcpu
from aiovgic.cli.main import run
from aiovgic.errors import UsageError
from aiovgic.lab.explore import explore
from aiovgic.lab.run import run as run_once
from aiovgic.model.vm import Vm
from aiovgic.scenario.written import whole

if TYPE_CHECKING:
    from collections.abc import Generator

    from syrupy.assertion import SnapshotAssertion

    from aiovgic.record.finding import Finding

HERE = "tests/lab/test_test_errors.py"
MACHINE: dict[str, Any] = {"vcpus": 1, "its": [{"device": 2}], "lpis": [{"lpi": 8192, "device": 2, "event": 1}]}
LAYER = """\
from aiovgic.model.its.its import Its
from aiovgic.sync import replaces


@replaces(Its)
class Layer(Its):
    async def ctrl_init(self) -> None:
        raise ValueError("wrong base\\nand more to say")
"""
LINE = 8
NONE: list[int] = []


async def thread(_kvm: Kvm) -> None:
    raise LookupError("no such thing\nat all")


async def guest(_cpu: Cpu) -> None:
    json.loads("{")


async def sleeps(_handle: Kvm | Cpu) -> None:
    await asyncio.sleep(0)  # asleep in a task


async def calls_a_future(kvm: Kvm) -> None:
    await Foreign(kvm)


class Foreign:
    """Awaitable of another library."""

    def __init__(self, kvm: Kvm) -> None:
        self.kvm = kvm

    def __await__(self) -> Generator[object, None, None]:
        yield self  # not an operation


def line_of(text: str) -> int:
    """The line of this file that holds a text first."""
    lines = Path(__file__).read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if text in line)


def only(result: Any) -> Finding:
    """The one finding of a search."""
    [finding] = result.findings
    assert not result.good
    return finding  # type: ignore[no-any-return]


@pytest.fixture(autouse=True)
def _at_the_top(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(Path(__file__).resolve().parents[2])


def test_an_exception_of_a_thread_is_told_with_its_place_and_its_whole_message() -> None:
    finding = only(explore(race({"nic": thread}, machine=MACHINE)))
    assert (finding.kind, finding.rule, finding.title) == (
        "test-error",
        "LookupError",
        "LookupError: no such thing",
    )
    [place] = finding.places
    line = line_of("raise LookupError")
    assert (place.task, place.file, place.line, place.function) == ("nic", HERE, line, "thread")
    assert finding.saw == (
        "LookupError: no such thing",
        "at all",
        f'  {HERE}:{line} in thread: raise LookupError("no such thing\\nat all")',
    )


def test_an_exception_of_the_standard_library_is_the_guest_s_that_called_it() -> None:
    finding = only(explore(race({"guest": vcpu(0, guest)}, machine=MACHINE)))
    assert (finding.kind, finding.rule) == ("test-error", "JSONDecodeError")
    assert (finding.places[0].file, finding.places[0].line) == (HERE, line_of("json.loads"))


async def before(_m: aiovgic.Machine) -> None:
    raise KeyError("before")


async def after(m: aiovgic.Machine) -> None:
    async with m.tasks() as together:
        together.start(m.kvm.msi, device=2, event=1)
    raise KeyError("after")


@pytest.mark.parametrize("body", [before, after])
def test_an_exception_outside_the_race_is_a_test_error_too(body: Any) -> None:
    finding = only(explore(whole(body, machine=MACHINE)))
    assert (finding.kind, finding.rule) == ("test-error", "KeyError")
    assert (finding.places[0].task, finding.places[0].function) == (f"{body.__name__} the race", body.__name__)


@pytest.mark.parametrize(
    ("task", "awaited", "place"),
    [
        pytest.param(sleeps, "an event loop", "await asyncio.sleep(0)", id="a thread"),
        pytest.param(vcpu(0, sleeps), "an event loop", "await asyncio.sleep(0)", id="a guest"),
        pytest.param(calls_a_future, "an object of type Foreign", "yield self", id="another awaitable"),
    ],
)
@pytest.mark.parametrize("live", [False, True], ids=["explored", "live"])
def test_what_is_no_operation_cannot_be_awaited(task: Any, awaited: str, place: str, live: bool) -> None:
    scenario = race({"a": task}, machine=MACHINE)
    finding = only(run_once(scenario, live=True) if live else explore(scenario))
    assert (finding.kind, finding.places[0].line) == ("test-error", line_of(place))
    assert finding.title.startswith(f"RuntimeError: this awaits {awaited}; it may await only ")


async def in_the_test(m: Machine) -> None:
    await sleeps(m.kvm)


def test_what_is_no_operation_cannot_be_awaited_outside_the_race() -> None:
    finding = only(explore(whole(in_the_test)))
    assert (finding.kind, finding.places[0].line) == ("test-error", line_of("await asyncio.sleep(0)"))


def test_a_guest_cannot_await_operations_of_a_thread() -> None:
    async def crosses(m: Machine) -> None:
        async def guest(_cpu: Cpu) -> None:
            await m.kvm.msi(device=2, event=1)

        async with m.tasks() as together:
            together.start(m.vcpu[0].run, guest)

    with pytest.raises(UsageError, match="guest guest awaits an operation of a thread; it may await only what the cpu"):
        explore(whole(crosses, machine=MACHINE))


def test_a_live_run_tells_it_as_well() -> None:
    for scenario in (race({"nic": thread}, machine=MACHINE), whole(before, machine=MACHINE)):
        assert only(run_once(scenario, live=True)).kind == "test-error"


async def by_lambda(m: aiovgic.Machine) -> None:
    async with m.tasks() as together:
        together.start(lambda: m.kvm.msi(device=NONE[2], event=1))


def test_a_lambda_goes_by_the_function_around_it() -> None:
    finding = only(explore(whole(by_lambda, machine=MACHINE)))
    assert (finding.kind, finding.rule) == ("test-error", "IndexError")
    assert (finding.places[0].task, finding.places[0].function) == ("task", "by_lambda")
    assert not any("<" in line for line in finding.saw)


async def claims(m: aiovgic.Machine) -> None:
    assert m.delivered(8192) == 7, "not seven"


def test_an_assertion_before_the_race_is_an_expectation() -> None:
    finding = only(explore(whole(claims, machine=MACHINE)))
    assert (finding.kind, finding.rule) == ("expectation", "assert")
    assert finding.title.startswith("not seven")


def test_an_exception_of_a_layer_names_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], snapshot: SnapshotAssertion
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("mine.py").write_text(LAYER, encoding="utf-8")
    assert run(["explore", "addr-vs-init", "--bug", "mine.py"]) == 1
    assert f"mine.py:{LINE}  ctrl_init  holding" in (said := capsys.readouterr().out)
    assert re.sub(r"\d+\.\d s$", "T s", said, flags=re.MULTILINE) == snapshot


def broken(_vm: Vm, *_args: Any, **_fields: Any) -> Any:
    """A method of the model that fails; its code says that it is the model's."""
    raise ValueError("we are wrong")


def test_a_fault_of_the_model_is_a_model_bug_that_asks_to_report_it(monkeypatch: pytest.MonkeyPatch) -> None:
    ours = broken.__code__.replace(co_filename=str(Path(aiovgic.__file__).parent / "model" / "vm.py"))
    monkeypatch.setattr(broken, "__code__", ours)
    monkeypatch.setattr(Vm, "get_irq_ref", broken)

    async def nic(kvm: Kvm) -> None:
        await kvm.msi(device=2, event=1)

    finding = only(explore(race({"nic": nic}, machine=MACHINE)))
    assert (finding.kind, finding.title) == ("model-bug", "ValueError: we are wrong")
    assert finding.places[0].file == "model/vm.py"
    assert finding.saw == (
        "this is a fault of aiovgic's model, and no fault of the scenario: please report it with its trace",
    )
