"""What-if layers: planted over a revision, named in traces and replay lines, refused in one line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from msgspec import structs

from aiovgic.cli.main import run
from aiovgic.errors import ScenarioError
from aiovgic.lab.explore import explore
from aiovgic.lab.replay import replay, replay_trace
from aiovgic.lab.subject import Subject
from aiovgic.lab.whatif import plant
from aiovgic.record.trace import PlantedHead, Trace

README = Path(__file__).resolve().parents[2] / "README.md"
EXAMPLE = re.findall(r"```python\n(# init_again\.py.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)[0]
HEAD = "from aiovgic.model.its.its import Its\nfrom aiovgic.sync import replaces\n"
LAYER = "@replaces(Its)\nclass Mine(Its):\n"

WRONG = {
    "a syntax error": ("x = (\n", "{}:1: is no Python: '(' was never closed"),
    "bytes that are no text": ("# -*- coding: nonsense -*-\n", "{}:1: is no Python: unknown encoding: nonsense"),
    "an import of nothing": (
        "import os\nimport nowhere\n",
        "{}:2: ModuleNotFoundError: No module named 'nowhere'",
    ),
    "a wrong name in an import": (
        "from aiovgic.sync import replace\n",
        "{}:1: ImportError: cannot import name 'replace' from 'aiovgic.sync'",
    ),
    "an exit": ("raise SystemExit(4)\n", "{}:1: SystemExit: 4"),
    "nothing at all": ("", "{}: has no layer: no class is marked with @replaces"),
    "a class that is not marked": (
        f"{HEAD}class Mine(Its):\n    pass\n",
        "{}: has no layer: no class is marked with @replaces; put @replaces(Its) over Mine",
    ),
    "no direct subclass": (
        f"{HEAD}class Between(Its):\n    pass\n@replaces(Its)\nclass Mine(Between):\n    pass\n",
        "{}:5: Mine must be a direct subclass of Its",
    ),
    "a name that there is not": (
        f"{HEAD}{LAYER}    async def ctrl_inti(self) -> None:\n        pass\n",
        "{}:5: Mine.ctrl_inti replaces nothing: Its has no such name; did you mean 'ctrl_init'?",
    ),
    "a plain function for an async one": (
        f"{HEAD}{LAYER}    def ctrl_init(self) -> None:\n        pass\n",
        "{}:5: Mine.ctrl_init is to be 'async def', as in Its",
    ),
    "an __init__": (
        f"{HEAD}{LAYER}    def __init__(self) -> None:\n        pass\n",
        "{}:5: Mine must not have an __init__",
    ),
    "a LAYERS of something else": (
        f"{HEAD}LAYERS = (Its,)\n",
        "{}: LAYERS is to be a tuple of classes marked with @replaces",
    ),
}


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files lie in a folder of their own, and are named as they lie there."""
    monkeypatch.chdir(tmp_path)
    Path("init_again.py").write_text(EXAMPLE, encoding="utf-8")


def test_the_example_of_the_readme_is_found() -> None:
    assert len(EXAMPLE.splitlines()) <= 12
    result = explore("init-vs-init", bugs=["init_again.py"])
    assert result.finding is not None
    assert result.finding.kind == "list"
    assert result.finding.title.startswith("its0 is on the bus ")
    assert "revision fixed with init_again.py, execution 1" in str(result)


def test_the_replay_line_says_what_was_planted(capsys: pytest.CaptureFixture[str]) -> None:
    found = explore("init-vs-init", revision="v6.12", bugs=["init_again.py", "guest-mode-published-early"])
    assert found.finding is not None
    line = found.finding.replay
    assert line.endswith(" --revision v6.12 --bug init_again.py --bug guest-mode-published-early")
    schedule = found.finding.schedule
    assert run(["replay", "init-vs-init", schedule, *line.split("'")[-1].split()]) == 1
    assert found.finding.title in capsys.readouterr().out


def test_the_trace_names_file_and_digest_and_is_replayed() -> None:
    found = explore("init-vs-init", bugs=["init_again.py"])
    assert found.trace is not None
    (planted,) = found.trace.head.bugs
    assert planted == PlantedHead(name="init_again.py", digest=plant("init_again.py").digest, source=EXAMPLE)
    Path("trace.jsonl").write_bytes(found.trace.encode())
    again = replay_trace("trace.jsonl", bugs=["init_again.py"])
    assert again.trace == found.trace
    assert again.bugs == ("init_again.py",)


def write_trace(source: str = EXAMPLE) -> None:
    """A trace of what init_again.py shows, with this text as its layers."""
    found = explore("init-vs-init", bugs=["init_again.py"])
    assert found.trace is not None
    (planted,) = found.trace.head.bugs
    head = structs.replace(found.trace.head, bugs=(structs.replace(planted, source=source),))
    Path("trace.jsonl").write_bytes(structs.replace(found.trace, head=head).encode())


def test_a_changed_file_is_refused_by_name_and_not_executed() -> None:
    write_trace()
    Path("init_again.py").write_text("open('executed', 'w')\n", encoding="utf-8")
    said = r"init_again\.py has digest \w+; the trace was recorded with init_again\.py with digest \w+"
    with pytest.raises(ScenarioError, match=said):
        replay_trace("trace.jsonl", bugs=["init_again.py"])
    assert not Path("executed").exists()


def test_a_file_with_other_comments_and_another_name_is_the_recorded_one() -> None:
    write_trace()
    Path("other.py").write_text(f"# more to say\n\n{EXAMPLE}", encoding="utf-8")
    again = replay_trace("trace.jsonl", bugs=["other.py"])
    assert again.finding is not None
    assert again.trace.digest == Trace.load(Path("trace.jsonl")).digest


@pytest.mark.parametrize("name", ["init_again.py", "no/such.py", "evil.py"])
def test_a_trace_never_executes_what_is_inside_it_or_named_in_it(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("evil.py").write_text("open('executed', 'w')\n", encoding="utf-8")
    for source in ("open('executed', 'w')\n", ""):
        write_trace(source)
        trace = Path("trace.jsonl")
        trace.write_bytes(trace.read_bytes().replace(b'"init_again.py"', f'"{name}"'.encode()))
        assert run(["replay", "trace.jsonl"]) == 2
        said = capsys.readouterr().err
        assert said.startswith(f"aiovgic: trace.jsonl:1: cannot be replayed: {name} (digest ")
        assert said.endswith(
            " is code, and a trace never executes code; read it with 'aiovgic timeline --source', "
            "then name a file of your own with --bug FILE\n"
        )
        assert not Path("executed").exists()


def test_the_layers_inside_a_trace_can_be_read(capsys: pytest.CaptureFixture[str]) -> None:
    write_trace()
    assert run(["timeline", "trace.jsonl", "--source"]) == 0
    told = capsys.readouterr().out
    assert told.startswith("# scenario init-vs-init (yaml, digest ")
    assert EXAMPLE in told


def test_a_bug_that_the_revision_has_is_there_once() -> None:
    with_bug = Subject.of("init-vs-init", "v6.12", ["cache-after-off"])
    assert with_bug.layers == Subject.of("init-vs-init", "v6.12").layers
    assert with_bug.bugs == ("cache-after-off",)


def test_layers_go_over_the_revision_in_the_order_asked_for() -> None:
    layers = Subject.of("init-vs-init", "v6.12", ["init_again.py", "guest-mode-published-early"]).layers
    assert [layer.__name__ for layer in layers[-2:]] == ["InitRegisters", "GuestModePublishedEarly"]


def test_a_what_if_leaves_nothing_behind() -> None:
    explore("init-vs-init", bugs=["init_again.py"])
    assert explore("init-vs-init").good
    assert [path.name for path in Path().iterdir()] == ["init_again.py"]
    assert replay("init-vs-init", "").good


@pytest.mark.parametrize(("text", "said"), WRONG.values(), ids=WRONG)
def test_a_file_that_is_no_what_if_gets_one_line_with_its_place(
    text: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("mine.py").write_text(text, encoding="utf-8")
    assert run(["explore", "init-vs-init", "--bug", "mine.py"]) == 2
    told = capsys.readouterr().err
    assert told.startswith(f"aiovgic: {said.format('mine.py')}")
    assert told.count("\n") == 1


BREAKS_SETUP = """\
from aiovgic.model.irq import Irq
from aiovgic.sync import replaces
@replaces(Irq)
class UnlocksTwice(Irq):
    def target_oracle(self) -> None:
        self.irq_lock.release()
"""


def test_a_what_if_that_breaks_the_set_up_already_is_a_finding(tmp_path: Path) -> None:
    path = tmp_path / "unlocks.py"
    path.write_text(BREAKS_SETUP, encoding="utf-8")
    result = explore("line-vs-entry", bugs=[path])
    assert (result.executions, result.held) == (0, ())
    (finding,) = result.findings
    assert (finding.kind, finding.rule, finding.at_execution, finding.replay) == ("lock-order", "unlock-balance", 1, "")
    title = "in the set-up of the machine: irq32.irq_lock is released by setup, held by no task"
    assert str(result).splitlines()[0] == f"line-vs-entry  FAILED  lock-order: {title}"


def test_an_assertion_of_a_layer_that_fails_in_the_set_up_is_a_test_error(tmp_path: Path) -> None:
    path = tmp_path / "asserts.py"
    path.write_text(BREAKS_SETUP.replace("self.irq_lock.release()", "assert self.intid > 9000"), encoding="utf-8")
    (finding,) = explore("line-vs-entry", bugs=[path]).findings
    assert (finding.kind, finding.rule) == ("test-error", "AssertionError")


def test_none_used_as_an_object_in_the_set_up_is_a_null_pointer_too(tmp_path: Path) -> None:
    path = tmp_path / "null.py"
    path.write_text(BREAKS_SETUP.replace("self.irq_lock", "None.irq_lock"), encoding="utf-8")
    (finding,) = explore("line-vs-entry", bugs=[path]).findings
    assert (finding.kind, finding.rule) == ("test-error", "null-pointer")
