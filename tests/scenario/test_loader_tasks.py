"""Tasks and steps: what may be said, and what is said about all else."""

from __future__ import annotations

import pytest

from tests.scenario.texts import HEAD, guest, parsed, refused, tasks, thread

KINDS = "is to be one of 'thread: NAME', 'vcpu: NUMBER', 'isr: cpu-of TASK'"
LABEL = "is no label: letters, digits, '_', '.', '-', a letter first"


@pytest.mark.parametrize(
    ("written", "message"),
    [
        pytest.param("a: 3", "tasks.a: is to be a mapping, not 3", id="a number"),
        pytest.param("a: {thread: x}", "tasks.a: needs the key 'steps'", id="no steps"),
        pytest.param(
            "a: {thread: x, steps: {}}", "tasks.a.steps: is to be a list of steps, not a mapping", id="no list"
        ),
        pytest.param("a: {steps: []}", f"tasks.a: {KINDS}", id="of no kind"),
        pytest.param("a: {thread: x, vcpu: 0, steps: []}", f"tasks.a: {KINDS}", id="of two kinds"),
        pytest.param(
            "a: {thraed: x, steps: []}", "tasks.a: unknown key 'thraed'; did you mean 'thread'?", id="misspelt"
        ),
        pytest.param(
            "a: {thread: 3, steps: []}",
            "tasks.a.thread: is to be text, not 3; put it in quotes",
            id="a thread's number",
        ),
        pytest.param("a: {vcpu: 2, steps: []}", "tasks.a.vcpu: is 2; it must be 0 to 1", id="a vCPU too high"),
        pytest.param("a: {vcpu: -1, steps: []}", "tasks.a.vcpu: is -1; it must be 0 to 1", id="a negative vCPU"),
        pytest.param(
            "a: {thread: x, cpu: 64, steps: []}", "tasks.a.cpu: is 64; it must be 0 to 63", id="a CPU too high"
        ),
        pytest.param("1a: {thread: x, steps: []}", "tasks.1a: '1a' is no name for a task", id="a digit first"),
        pytest.param("a b: {thread: x, steps: []}", "tasks.a b: 'a b' is no name for a task", id="two words"),
        pytest.param(
            "a: {isr: cpu-of b, steps: []}",
            "tasks.a.isr: is to be 'cpu-of TASK', with a task before this one; there are none",
            id="an interrupt of no vCPU",
        ),
    ],
)
def test_a_task_that_cannot_be(written: str, message: str) -> None:
    assert refused(tasks(written)) == f"s.yaml:5: {message}"


@pytest.mark.parametrize(
    ("first", "second", "message"),
    [
        pytest.param(
            "a: {vcpu: 1, steps: []}",
            "b: {vcpu: 1, steps: []}",
            "tasks.b.vcpu: task 'a' runs vCPU 1 already",
            id="on one vCPU",
        ),
        pytest.param(
            "a: {vcpu: 1, steps: []}",
            "b: {isr: a, steps: []}",
            "tasks.b.isr: is to be 'cpu-of TASK', with a task before this one; there are a",
            id="one an interrupt of the other, not said so",
        ),
        pytest.param(
            "a: {vcpu: 0, steps: [sync]}",
            "b: {vcpu: 1, steps: [sync]}",
            "tasks.b.steps[0]: task 'a' sends commands to ITS 0 already; let one task do it, or write ring and "
            "GITS_CWRITER yourself",
            id="commanding one ITS",
        ),
        pytest.param(
            "a: {thread: x, steps: [{run: {}, as: same}]}",
            "b: {vcpu: 1, steps: [{run: {}, as: same}]}",
            "tasks.b.steps[0].as: the label 'same' is in line 5 already",
            id="with one label",
        ),
        pytest.param(
            "a: {vcpu: 1, steps: []}", "a: {thread: x, steps: []}", "tasks.a: is there twice", id="of one name"
        ),
    ],
)
def test_two_tasks_that_cannot_be(first: str, second: str, message: str) -> None:
    assert refused(tasks(first, second)) == f"s.yaml:6: {message}"


@pytest.mark.parametrize(
    ("written", "message"),
    [
        pytest.param("{}", "s.yaml:3: tasks: is to have 1 to 16 tasks", id="none"),
        pytest.param("[]", "s.yaml:3: tasks: is to be a mapping of tasks, not a list", id="a list"),
        pytest.param(
            f"{{{', '.join(f'a{n}: {{thread: x{n}, steps: []}}' for n in range(17))}}}",
            "s.yaml:3: tasks: is to have 1 to 16 tasks",
            id="too many",
        ),
    ],
)
def test_tasks_that_are_no_tasks(written: str, message: str) -> None:
    assert refused(f"{HEAD}tasks: {written}\n") == message


def test_without_a_vcpu_no_guest_can_be() -> None:
    text = f"{HEAD}machine: {{vcpus: 0}}\ntasks: {{a: {{vcpu: 0, steps: []}}}}\n"
    assert refused(text) == "s.yaml:4: tasks.a.vcpu: the machine has no vCPU"


def test_tasks_are_on_cpus_of_their_own_and_interrupts_on_the_one_they_interrupt() -> None:
    text = tasks("a: {thread: x, steps: []}", "b: {vcpu: 0, steps: []}", "c: {isr: cpu-of b, steps: []}")
    assert [(task.name, task.cpu, task.vcpu, task.isr) for task in parsed(text).tasks] == [
        ("a", 0, None, False),
        ("b", 1, 0, False),
        ("c", 1, None, True),
    ]


@pytest.mark.parametrize(
    ("step", "message"),
    [
        pytest.param("3", "is to be an operation, not 3", id="a number"),
        pytest.param("[run]", "is to be an operation, not a list", id="a list"),
        pytest.param("{}", "is to be one operation, not 0", id="nothing"),
        pytest.param("{as: l}", "is to be one operation, not 0", id="only a label"),
        pytest.param("{run: {}, wfi: {}}", "is to be one operation, not 2", id="two operations"),
        pytest.param("irq_lin", "unknown operation 'irq_lin'; did you mean 'irq_line'?", id="a misspelt operation"),
        pytest.param("{mapdd: {}}", "unknown operation 'mapdd'; did you mean 'mapd'?", id="a misspelt shorthand"),
        pytest.param("irq_line", "irq_line: needs the field 'irq'", id="a missing field"),
        pytest.param(
            "{irq_line: {irqq: 1}}", "irq_line: unknown field 'irqq'; did you mean 'irq'?", id="a misspelt field"
        ),
        pytest.param("{irq_line: {irq: [1]}}", "irq_line: irq: [1] is no number", id="a list for a number"),
        pytest.param("{irq_line: {irq: 1.5}}", "irq_line: irq: 1.5 is no number", id="a fraction"),
        pytest.param("{irq_line: {irq: }}", "irq_line: irq: None is no number", id="an empty field"),
        pytest.param(f"{{irq_line: {{irq: {1 << 64}}}}}", "irq_line: irq: does not fit 64 bits", id="too large"),
        pytest.param(f"{{irq_line: {{irq: {-(1 << 63) - 1}}}}}", "irq_line: irq: does not fit 64 bits", id="too small"),
        pytest.param("{msi: {device: 2}}", "msi: needs the field 'event'", id="an MSI of no event"),
        pytest.param(
            "{msi: {device: 2, event: 1, its: 3}}", "msi: its: the machine has no ITS 3", id="an MSI to no ITS"
        ),
        pytest.param("ack", "ack: only a vCPU's guest does this", id="a guest's acknowledge"),
        pytest.param("{mapc: {collection: 1}}", "mapc: only a vCPU's guest does this", id="a guest's command"),
    ],
)
def test_a_step_of_a_thread_that_cannot_be(step: str, message: str) -> None:
    assert refused(thread(step)) == f"s.yaml:5: tasks.a.steps[0]: {message}"


@pytest.mark.parametrize(
    ("step", "message"),
    [
        pytest.param("{msi: {device: 2, event: 1}}", "msi: no guest does this; a thread does", id="an MSI"),
        pytest.param("{irq_line: {irq: 1}}", "irq_line: no guest does this; a thread does", id="an ioctl"),
        pytest.param("{mem_scan: {gpa: 0, len: 8}}", "mem_scan: no guest does this; a thread does", id="a scan"),
        pytest.param("{run: {vcpu: 1}}", "run: vcpu: the task says which vCPU", id="another vCPU"),
        pytest.param("{movi: {device: 2, event: 1}}", "movi: needs the field 'to'", id="a missing field of a command"),
        pytest.param("{sync: {its: 5}}", "sync: its: the machine has no ITS 5", id="a command to no ITS"),
        pytest.param(
            "{mmio_read: {addr: 1, size: 3}}", "mmio_read: size: 3 is no width; there are 1, 2, 4 and 8", id="a width"
        ),
        pytest.param(
            "{sysreg_read: {reg: ICC_PMR1}}",
            "sysreg_read: reg: 'ICC_PMR1' is no system register; did you mean 'ICC_PMR_EL1'?",
            id="a register that there is not",
        ),
    ],
)
def test_a_step_of_a_guest_that_cannot_be(step: str, message: str) -> None:
    assert refused(guest(step)) == f"s.yaml:5: tasks.a.steps[0]: {message}"


@pytest.mark.parametrize(
    ("written", "message"),
    [
        pytest.param("{irq_line: 3}", "irq_line: is to be the operation's fields, not 3", id="a number for fields"),
        pytest.param(
            "{irq_line: [1]}", "irq_line: is to be the operation's fields, not a list", id="a list for fields"
        ),
        pytest.param("{run: {}, as: 3}", "as: is to be text, not 3; put it in quotes", id="a number for a label"),
        pytest.param("{run: {}, as: 3x}", f"as: '3x' {LABEL}", id="a digit first in a label"),
        pytest.param("{run: {}, as: ''}", f"as: '' {LABEL}", id="an empty label"),
    ],
)
def test_what_is_wrong_inside_a_step_is_named(written: str, message: str) -> None:
    assert refused(thread(written)) == f"s.yaml:5: tasks.a.steps[0].{message}"


@pytest.mark.parametrize("step", ["run", "{run: }", "{run: {}}", "{run: {}, note: why}", "{note: why, run: {vcpu: 0}}"])
def test_a_step_may_be_written_in_any_of_these_ways(step: str) -> None:
    assert [made.op.name for made in parsed(thread(step)).tasks[0].steps] == ["run"]


def test_a_shorthand_is_its_operations_and_the_last_has_the_label() -> None:
    steps = parsed(guest("{mapc: {collection: 1, vcpu: 1}, as: done}")).tasks[0].steps
    assert [(step.op.name, step.label, step.written) for step in steps] == [
        ("mem_write", "", "mapc collection=1 vcpu=1"),
        ("mmio_write", "done", "mapc collection=1 vcpu=1"),
    ]
