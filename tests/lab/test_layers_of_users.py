"""A user's layers: state of their own is declared, and what they do wrong is an error about the layer."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from aiovgic.cli.main import run as cli
from aiovgic.errors import ScenarioError, UsageError
from aiovgic.lab.explore import ExploreResult, explore

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

PAGE = Path(__file__).resolve().parents[2] / "docs/whatif.md"
EXAMPLE = re.findall(r"```python\n(# kick_guests\.py.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)[0]
HEAD = """\
from aiovgic.model.irq import Irq
from aiovgic.sync import Guarded, GuardedList, GuardedMap, LockField, SharedField, helper, replaces

@replaces(Irq)
class Mine(Irq):
"""
SCENARIO = """\
schema: 1
title: Two devices raise one interrupt
machine: {vcpus: 1, its: [{device: 2}], lpis: [{lpi: 8192, device: 2, event: 1}]}
tasks:
  one: {thread: one, steps: [{msi: {device: 2, event: 1}}]}
  two: {thread: two, steps: [{msi: {device: 2, event: 1}}]}
"""

LOST = """\
    tickets = SharedField(0)
    async def notify(self, vcpu):
        mine = await self.tickets.load()
        await self.tickets.store(mine + 1)
        assert await self.tickets.load() == mine + 1, "two tasks have one ticket"
        await super().notify(vcpu)
"""
GUARDED = """\
    told = Guarded(0, by="told_lock")
    names = GuardedList(by="told_lock")
    told_lock = LockField()
    async def notify(self, vcpu):
        LOCK
            self.told = self.told + 1
            self.names.append(vcpu.name)
            await self.rest(vcpu)
    @helper
    async def rest(self, vcpu):
        await super().notify(vcpu)
"""

WRONG = {
    "a plain attribute": "    def still_belongs(self, vcpu):\n        self.asked = 1\n        return True\n",
    "a plain attribute of another part": (
        "    def still_belongs(self, vcpu):\n        setattr(vcpu, 'asked', self)\n        return True\n"
    ),
    "a container of a part": (
        "    def still_belongs(self, vcpu):\n        all = vcpu.things\n        all.append(self)\n        return True\n"
    ),
    "a container of a part in a helper": (
        "    def still_belongs(self, vcpu):\n        self.keep([1], vcpu.things)\n        return True\n"
        "    @helper\n    def keep(self, one, all):\n        all.append(one)\n"
    ),
    "a container of a part in a loop": (
        "    def still_belongs(self, vcpu):\n        for all in (vcpu.things,):\n            all.append(self)\n"
        "        return True\n"
    ),
    "a global list": "    def still_belongs(self, vcpu):\n        SEEN.append(1)\n        return True\nSEEN = []\n",
    "the dictionary of globals": "    def still_belongs(self, vcpu):\n        globals()['N'] = 1\n        return 1\n",
    "a global number": (
        "    def still_belongs(self, vcpu):\n        global COUNT\n        COUNT += 1\n        return True\nCOUNT = 0\n"
    ),
    "a class attribute": "    def still_belongs(self, vcpu):\n        Mine.count = 1\n        return True\n",
    "a default": ("    def still_belongs(self, vcpu, seen=[]):\n        seen.append(1)\n        return True\n"),
    "an object of the file": (
        "    def still_belongs(self, vcpu):\n        BOX.n = 1\n        return True\nclass Box: n = 0\nBOX = Box()\n"
    ),
    "the dictionary of a part": (
        "    def still_belongs(self, vcpu):\n        self.__dict__['asked'] = 1\n        return True\n"
    ),
    "the variables of a part": (
        "    def still_belongs(self, vcpu):\n        vars(self)['asked'] = 1\n        return True\n"
    ),
    "an update of the dictionary": (
        "    def still_belongs(self, vcpu):\n        vars(vcpu).update(asked=1)\n        return True\n"
    ),
    "an attribute set by object": (
        "    def still_belongs(self, vcpu):\n        object.__setattr__(self, 'asked', 1)\n        return True\n"
    ),
    "an attribute with a computed name": (
        "    def still_belongs(self, vcpu):\n        setattr(self, f'as{2}', 1)\n        return True\n"
    ),
    "an attribute of the composed class": (
        "    def still_belongs(self, vcpu):\n        type(self).asked = 1\n        return True\n"
    ),
    "an attribute of its own class": (
        "    def still_belongs(self, vcpu):\n        self.__class__.asked = 1\n        return True\n"
    ),
    "a list in a module": (
        "    def still_belongs(self, vcpu):\n        shared_module.items.append(1)\n        return True\n"
        "from tests.lab import shared_module\n"
    ),
    "an attribute of a function": (
        "    def still_belongs(self, vcpu):\n        told.n = 1\n        return True\ndef told(): pass\n"
    ),
    "a global number that is put back": (
        "    def still_belongs(self, vcpu):\n        global COUNT\n        COUNT = 1 - COUNT\n        return True\n"
        "COUNT = 0\n"
    ),
    "a flag that a task takes back": (
        "    async def queue_irq_unlock(self):\n        if BOX['busy']:\n            self.irq_lock.release()\n"
        "            return False\n        BOX['busy'] = True\n        done = await super().queue_irq_unlock()\n"
        "        BOX['busy'] = False\n        return done\nBOX = {'busy': False}\n"
    ),
    "the value of a word": "    asked = SharedField(0)\n    def still_belongs(self, vcpu):\n        self.asked.value = 1\n",  # noqa: E501  one program
    "an undeclared field": "    asked = 0\n",
    "an undeclared method": "    async def remember_it(self):\n        pass\n",
    "a helper that the base has": "    @helper\n    def still_belongs(self, vcpu):\n        return True\n",
    "a field that hides an attribute": "    irq_lock = LockField()\n",
    "a list that changes in place": "    names = Guarded([], by='irq_lock')\n",
    "a word that changes in place": "    names = SharedField({})\n",
    "a parameter too few": "\n    def still_belongs(self):\n        return True\n",
    "a parameter too many": "\n    def still_belongs(self, vcpu, more):\n        return True\n",
    "another name of a parameter": "    def validate_injection(self, *, level, who):\n        return True\n",
    "a field in place of a method": "    still_belongs = True\n",
    "no await before a method of the layer": "    async def notify(self, vcpu):\n        super().notify(vcpu)\n",
    "no await before an operation": "    async def notify(self, vcpu):\n        vcpu.requests.store(0)\n",
    "no await, and the value is used": (
        "    async def notify(self, vcpu):\n        if self.already_placed(vcpu):\n            return\n"
    ),
    "no await before a method of another part": "    async def notify(self, vcpu):\n        vcpu.kick()\n",
    "a coroutine that is kept and dropped": "    async def notify(self, vcpu):\n        told = super().notify(vcpu)\n",
}


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files lie in a folder of their own, and are named as they lie there."""
    monkeypatch.chdir(tmp_path)
    Path("two.yaml").write_text(SCENARIO, encoding="utf-8")


def explored(body: str, *, strategy: str = "dpor") -> ExploreResult:
    """Explore two devices that raise one interrupt, over a layer with this body."""
    Path("mine.py").write_text(HEAD + body, encoding="utf-8")
    return explore("two.yaml", bugs=["mine.py"], strategy=strategy)


def test_the_example_of_the_page_is_found() -> None:
    Path("kick_guests.py").write_text(EXAMPLE, encoding="utf-8")
    result = explore("msi-vs-wfi", bugs=["kick_guests.py"])
    assert [finding.kind for finding in result.findings] == ["lost-wakeup"]


@pytest.mark.parametrize("strategy", ["dpor", "dfs"])
def test_a_lost_update_of_a_word_of_the_layer_is_found(strategy: str) -> None:
    [finding] = explored(LOST, strategy=strategy).findings
    assert finding.title == "AssertionError: two tasks have one ticket"


def test_fields_that_the_layer_locks_are_clean() -> None:
    result = explored(GUARDED.replace("LOCK", "async with self.told_lock:"))
    assert result.complete
    assert result.findings == ()


def test_fields_that_the_layer_does_not_lock_are_a_data_race() -> None:
    result = explored(GUARDED.replace("LOCK", "if True:"))
    assert {(finding.kind, finding.places[0].field) for finding in result.findings} == {
        ("data-race", "told"),
        ("data-race", "names"),
    }


def test_each_part_has_fields_of_its_own() -> None:
    counted = "async with self.told_lock:\n            assert len(self.names) == self.told <= 1"
    assert explored(GUARDED.replace("LOCK", counted)).findings == ()


@pytest.mark.parametrize("body", WRONG.values(), ids=WRONG)
def test_what_a_layer_does_wrong_is_one_line_with_its_place(
    body: str, capsys: pytest.CaptureFixture[str], snapshot: SnapshotAssertion
) -> None:
    Path("mine.py").write_text(HEAD + body, encoding="utf-8")
    assert cli(["explore", "two.yaml", "--bug", "mine.py"]) == 2
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert told == snapshot


@pytest.mark.parametrize("verb", ["run", "run live", "replay", "stress"])
def test_every_verb_says_so(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("mine.py").write_text(HEAD + WRONG["a coroutine that is kept and dropped"], encoding="utf-8")
    how = {"run": ["run"], "run live": ["run", "--live"], "replay": ["replay"], "stress": ["stress", "--seconds", "1"]}
    schedule = [""] if verb == "replay" else []
    assert cli([*how[verb], "two.yaml", *schedule, "--bug", "mine.py"]) == 2
    assert "mine.py:7: notify() is called without 'await': it does nothing\n" in capsys.readouterr().err


CLOSURE = """\
from aiovgic.model.irq import Irq
from aiovgic.sync import replaces

def make():
    count = 0

    @replaces(Irq)
    class Mine(Irq):
        def still_belongs(self, vcpu):
            nonlocal count
            count += 1
            return super().still_belongs(vcpu)
    return Mine

Mine = make()
"""


def test_a_closure_variable_of_a_layer_is_an_error() -> None:
    Path("mine.py").write_text(CLOSURE, encoding="utf-8")
    with pytest.raises(ScenarioError, match="Mine changes closure variable `count`"):
        explore("two.yaml", bugs=["mine.py"])


ESCAPES = {
    "`exec` in layer Mine (mine.py:7)": "        exec('pass')\n",
    "`os.environ` in layer Mine (mine.py:7)": "        os.environ.pop('AIOVGIC_NO_SUCH_VARIABLE', None)\n",
    "`sys.modules` in layer Mine (mine.py:7)": "        sys.modules['tests.lab.shared_module'].items.append(1)\n",
    "`__dict__` in layer Mine (mine.py:7)": "        own = self.__dict__; own['asked'] = 1\n",
    "result of cached `kept` (layer Mine)": "        kept().append(1)\n",
}
REST = """\
        return super().still_belongs(vcpu)
import functools, os, sys
@functools.cache
def kept():
    return []
"""


@pytest.mark.parametrize("told", ESCAPES)
def test_code_of_a_layer_that_can_reach_any_state_is_named(told: str) -> None:
    result = explored(f"    def still_belongs(self, vcpu):\n{ESCAPES[told]}{REST}")
    assert told in result.not_covered
    assert not result.complete


def test_two_layers_that_declare_one_name_are_refused() -> None:
    for name in ("one", "two"):
        text = f"{HEAD}    told = SharedField(0)\n".replace("Mine", name.title())
        Path(f"{name}.py").write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match="One and Two both declare 'told'; take another name in one of them"):
        explore("two.yaml", bugs=["one.py", "two.py"])


def test_a_constant_of_the_layers_file_is_no_state() -> None:
    body = "    def still_belongs(self, vcpu):\n        return TABLE['yes'] is YES and super().still_belongs(vcpu)\n"
    assert explored(f"{body}YES = object()\nTABLE = {{'yes': YES}}\n").complete
