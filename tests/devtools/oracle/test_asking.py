"""Boot after boot until each script has its answers; a list of made-up boots stands for the kernel."""

from __future__ import annotations

from pathlib import Path

import pytest

from aiovgic.errors import UsageError
from devtools.oracle import asking
from devtools.oracle.asking import Asking, script_text
from devtools.oracle.cache import Cache
from devtools.oracle.script_file import Asked
from devtools.oracle.vm import Booted

RUN = "g 0x0 0xd503201f 0x0 0x0 0x0"
UP = "BOOT 1.50 6.12.1-test"


def scripts(count: int) -> list[Asked]:
    """Scripts of one operation each."""
    return [
        Asked({"script": f"s/{n}"}, [({"op": "run", "vcpu": 0}, "g 0x0 0xd503201f 0x0 0x0 0x0")]) for n in range(count)
    ]


def ask(monkeypatch: pytest.MonkeyPatch, count: int, *boots: Booted) -> Asking:
    """The asking of so many scripts, where the boots go like this."""
    left = iter(boots)
    monkeypatch.setattr(asking, "compiled", lambda *_: Path("probe"))
    monkeypatch.setattr(asking, "boot", lambda *_: next(left))
    asked = Asking(Cache(Path("/nowhere")), scripts(count))
    asked.run()
    assert next(left, None) is None
    return asked


def booted(*lines: str, console: str = "", stopped: bool = False) -> Booted:
    return Booted(lines, console, 2.0, stopped)


def results(asked: Asking) -> list[object]:
    return [script.ops[0][0].get("result", {}).get("ret") for script in asked.scripts]


def died(asked: Asking) -> list[object]:
    return [script.head.get("died") for script in asked.scripts]


def test_the_file_of_the_probe_has_the_numbers_of_all_scripts_that_are_left() -> None:
    assert script_text(scripts(3), 1) == (f"B 1\n{RUN}\nE\nB 2\n{RUN}\nE\n")


def test_each_script_gets_its_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = ask(monkeypatch, 2, booted(UP, "B 0", "0 -", "E 0", "B 1", "-1 EBUSY", "E 0", "DONE"))
    assert results(asked) == [0, -1]
    assert (asked.kernel, asked.up) == ("6.12.1-test", "1.50")


def test_a_script_that_ends_the_probe_is_marked_and_the_next_one_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = ask(monkeypatch, 2, booted(UP, "B 0", "E 25344", "B 1", "0 -", "E 0", "DONE"))
    assert died(asked) == [25344, None]
    assert results(asked) == [None, 0]


def test_a_script_that_ends_the_kernel_is_marked_and_the_rest_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    console = "[   3.1] Unable to handle kernel paging request\n[   3.2] pc : vgic_put_irq+0x1c/0x90\n"
    asked = ask(
        monkeypatch,
        3,
        booted(UP, "B 0", "0 -", "E 0", "B 1", console=console),
        booted(UP, "B 2", "0 -", "E 0", "DONE"),
    )
    assert died(asked) == [None, "Unable to handle kernel paging request | pc : vgic_put_irq+0x1c/0x90", None]
    assert results(asked) == [0, None, 0]


def test_a_script_during_which_the_vm_is_stopped_is_marked(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = ask(monkeypatch, 1, booted(UP, "B 0", stopped=True))
    assert died(asked) == ["the VM was stopped after 2 s"]


def test_a_kernel_that_does_not_come_up_is_told_with_its_last_line(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="the kernel in /nowhere does not come up: end of the console"):
        ask(monkeypatch, 1, booted(console="one\nend of the console\n"))
