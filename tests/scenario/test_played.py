"""Scenarios played: GICv2 guests, serial orders, labels across tasks, counting per task."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from aiovgic.lab.explore import explore
from aiovgic.lab.replay import replay
from aiovgic.record.operation import Operation
from aiovgic.scenario.scenario import Step, TaskPlan
from aiovgic.scenario.serial import count_orders, orders, units
from tests.scenario.texts import HEAD, parsed, refused

V2 = """
schema: 1
title: An SPI of a GICv2 is taken once
machine: {vcpus: 2, gic: v2HOST}
tasks:
  guest:
    vcpu: 0
    steps:
      - mmio_write: {addr: 0x08000104, size: 4, value: 1}
      - mmio_write: {addr: 0x08000820, size: 1, value: 1}
      - ack
      - mmio_read: {addr: 0x08010014, size: 4}
        as: running
      - eoi
      - mmio_read: {addr: 0x08010014, size: 4}
        as: after
  nic: {thread: nic, steps: [{irq_line: {irq: 0x1000020, level: 1}}, {irq_line: {irq: 0x1000020, level: 0}}]}
always:
  results: {after: {value: 0xff}}
sometimes:
  - {delivered: {32: 1}, taken: {32: vcpu0}, results: {running: {value: 0}}}
"""


@pytest.mark.parametrize("host", ["", ", host: {gic: v3, gicv2_compat: true}"], ids=["GICv2", "GICv3"])
def test_the_guest_of_a_gicv2_takes_and_ends_by_its_frame(host: str) -> None:
    scenario = parsed(V2.replace("HOST", host))
    result = explore(scenario, strategy="random", budget=50)
    assert result.good, str(result)
    assert not result.unreached
    plain = replay(scenario, "").trace.end.outcome
    assert plain["results"]["running"]["value"] == "0xff"
    assert plain["delivered"] == [[32, "vcpu0"]]


def test_an_end_goes_back_to_what_was_acknowledged_last() -> None:
    reads = "".join("{sysreg_read: {reg: ICC_RPR_EL1}}, " for _ in range(3))
    steps = f"ack, {reads}eoi, {{sysreg_read: {{reg: ICC_RPR_EL1}}, as: rpr}}"
    text = (
        f"{HEAD}machine: {{lpis: [{{lpi: 8192, device: 2, event: 1}}], its: [{{device: 2}}], "
        "setup: [{msi: {device: 2, event: 1}}]}\n"
        f"tasks: {{a: {{vcpu: 0, steps: [{steps}]}}}}\nalways: {{results: {{rpr: {{value: 0xff}}}}}}\n"
    )
    assert replay(parsed(text), "").good


def test_an_end_that_comes_too_late_is_refused() -> None:
    reads = "{sysreg_read: {reg: ICC_RPR_EL1}}, " * 8
    said = refused(f"{HEAD}tasks: {{a: {{vcpu: 0, steps: [ack, {reads}eoi]}}}}\n")
    assert said.endswith("eoi: the guest has read 8 more registers since it acknowledged")


# -- serial orders --------------------------------------------------------------------------------

ADDR = "{{set_device_attr: {{dev: its0, group: ADDR, attr: ITS, value: {:#x}}}, as: {}}}"
INIT = "{{set_device_attr: {{dev: its0, group: CTRL, attr: INIT}}, as: {}}}"
SERIAL = "always: {serial: true}\n"


def race(first: str, second: str, expected: str = SERIAL) -> str:
    """Two threads with an ITS that is created."""
    return (
        f"{HEAD}machine: {{its: [{{state: created}}]}}\n"
        f"tasks: {{a: {{thread: x, steps: [{first}]}}, b: {{thread: y, steps: [{second}]}}}}\n{expected}"
    )


def test_two_addresses_are_serial_on_the_base() -> None:
    result = explore(parsed(race(ADDR.format(0x8080000, "one"), ADDR.format(0x9080000, "two"))))
    assert result.good, str(result)
    assert result.complete


def test_two_addresses_are_not_serial_on_v7() -> None:
    text = race(ADDR.format(0x8080000, "one"), ADDR.format(0x9080000, "two"))
    result = explore(parsed(text), revision="its-v7")
    assert result.finding is not None
    assert result.finding.kind == "not-serial"
    assert result.finding.title == (
        "no serial order of the steps gives one: {ret: 0, errno: null}; two: {ret: 0, errno: null}"
    )


def test_what_is_wrong_serially_is_not_told_as_a_race() -> None:
    text = race(INIT.format("one"), INIT.format("two"))
    assert explore(parsed(text), revision="its-v7").findings[0].kind == "list"


def test_an_order_that_would_block_explains_nothing() -> None:
    text = (
        f"{HEAD}machine: {{lpis: [{{lpi: 8192, device: 2, event: 1}}], its: [{{device: 2}}]}}\n"
        "tasks:\n"
        "  a: {vcpu: 0, steps: [wfi, {sysreg_read: {reg: ICC_IAR1_EL1}, as: iar}]}\n"
        "  b: {thread: y, steps: [{msi: {device: 2, event: 1}, as: msi}]}\n"
        f"{SERIAL}"
    )
    result = explore(parsed(text), strategy="random", budget=50)
    assert result.good, str(result)


@pytest.mark.parametrize(
    ("lengths", "count"),
    [
        pytest.param([0], 1, id="nothing"),
        pytest.param([3], 1, id="one task"),
        pytest.param([2, 2], 6, id="two"),
        pytest.param([1, 1, 1, 1], 24, id="four"),
        pytest.param([2, 0, 3], 10, id="one of them empty"),
    ],
)
def test_all_orders_are_there_once(lengths: list[int], count: int) -> None:
    found = list(orders(lengths))
    assert len(found) == len(set(found)) == count
    plans = [TaskPlan("t", [Step(Operation("run"), 1)] * length, 0) for length in lengths]
    assert count_orders(plans) == count


def test_a_written_step_stays_whole() -> None:
    text = f"{HEAD}machine: {{its: [{{device: 2}}]}}\ntasks: {{a: {{vcpu: 0, steps: [sync, ack, sync]}}}}\n"
    assert [[step.op.name for step in unit] for unit in units(parsed(text).tasks[0])] == [
        ["mem_write", "mmio_write"],
        ["sysreg_read"],
        ["mem_write", "mmio_write"],
    ]


@pytest.mark.parametrize(
    ("steps", "expected", "message"),
    [
        pytest.param(
            "{irq_line: {irq: 1}}, " * 9,
            SERIAL,
            "s.yaml:5: serial: the steps have more than 10000 orders; it is not judged then",
            id="too many orders",
        ),
        pytest.param(
            "",
            "always: {serial: false}\n",
            "s.yaml:5: always.serial: can only be true; under 'never' or 'sometimes' it says the opposite",
            id="false",
        ),
        pytest.param(
            "",
            f"faults: {{alloc: 1}}\n{SERIAL}",
            "s.yaml:6: serial: is not judged where 'faults' may happen",
            id="with faults",
        ),
        pytest.param("", "always: {serail: true}\n", "unknown key 'serail'; did you mean 'serial'?", id="misspelt"),
    ],
)
def test_what_cannot_be_judged(steps: str, expected: str, message: str) -> None:
    assert message in refused(race(steps, steps, expected))


# -- names and counting ---------------------------------------------------------------------------


def test_what_one_task_makes_another_uses_by_its_label() -> None:
    text = (
        f"{HEAD}machine: {{vcpus: 1, gic: none}}\n"
        "tasks:\n"
        "  maker: {thread: x, steps: [{create_device: {type: vgic-v3}, as: gic}, {create_vcpu: {id: 5}, as: late}]}\n"
        "  user:\n"
        "    thread: y\n"
        "    steps:\n"
        "      - {has_device_attr: {dev: gic, group: CTRL, attr: INIT}, as: has}\n"
        "      - {arm_vcpu_init: {vcpu: late}, as: init}\n"
        "sometimes:\n"
        "  - results: {has: {ret: 0}, init: {ret: 0}}\n"
        "  - results: {has: {errno: EBADF}, init: {errno: EBADF}}\n"
    )
    result = explore(parsed(text), budget=2000)
    assert result.good, str(result)
    assert not result.unreached


def test_what_the_setup_made_is_known_by_its_label() -> None:
    text = (
        f"{HEAD}machine: {{setup: [{{create_device: {{type: vgic-its}}, as: late}}]}}\n"
        "tasks: {a: {thread: x, steps: [{has_device_attr: {dev: late, group: CTRL, attr: INIT}, as: has}]}}\n"
        "always: {results: {has: {ret: 0}}}\n"
    )
    assert replay(parsed(text), "").good


def test_devices_and_reads_are_counted_by_each_task() -> None:
    steps = (
        "{create_device: {type: vgic-its}, as: made-NAME}, "
        "{set_device_attr: {dev: 1, group: ADDR, attr: ITS, value: BASE}, as: set-NAME}, "
        "{get_device_attr: {dev: 1, group: ADDR, attr: ITS}, as: get-NAME}, "
        "{set_device_attr: {dev: 1, group: ADDR, attr: ITS, value_from_get: 1}, as: again-NAME}"
    )
    tasks = "\n".join(
        f"  {name}: {{thread: {name}, steps: [{steps.replace('NAME', name).replace('BASE', base)}]}}"
        for name, base in (("a", "0x8080000"), ("b", "0x9080000"))
    )
    text = (
        f"{HEAD}tasks:\n{tasks}\nalways:\n  results:\n"
        "    {made-a: {dev: 1}, made-b: {dev: 1}, get-a: {value: 0x8080000}, get-b: {value: 0x9080000},\n"
        "     again-a: {errno: EEXIST}, again-b: {errno: EEXIST}}\n"
    )
    result = explore(parsed(text), strategy="random", budget=100)
    assert result.good, str(result)


DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "scenarios.md"


def test_the_scenario_of_the_documents_holds() -> None:
    [text] = re.findall(r"```yaml\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    result = explore(parsed(text))
    assert result.good, str(result)
    assert result.complete
