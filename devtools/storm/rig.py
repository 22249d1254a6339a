"""A machine in a storm: what is done to it, what it may never answer, and the rules that it must not break."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from aiovgic.check.quiet import violations
from aiovgic.engine.excuses import Excuses
from aiovgic.errors import AiovgicError
from aiovgic.model.facts import facts
from aiovgic.model.probes import PROBES
from aiovgic.revisions.excuses import EXCUSES
from aiovgic.sync import Runtime
from aiovgic.uapi.machine import Machine
from aiovgic.uapi.operations import operation

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from aiovgic.model.host import Host
    from aiovgic.sync import Layer
    from devtools.generator.vocabulary import Line


class Broken(AiovgicError):  # noqa: N818  what happened to a machine
    """A machine raised, gave a value that cannot be, or breaks a rule; the message says after which operation."""

    def __init__(self, why: str, lines: Sequence[Line]) -> None:
        super().__init__(f"operation {len(lines)}, {json.dumps(lines[-1])}: {why}")
        self.lines = lines

    def keep(self, path: Path, name: str) -> None:
        """Write what led to it, as a script."""
        head = {"script": name, "about": str(self)}
        path.write_text("".join(json.dumps(line) + "\n" for line in (head, *self.lines)), encoding="ascii")


class Rig:
    """One machine without an engine: operations are done at once, in place."""

    def __init__(self, host: Host, layers: Sequence[Layer]) -> None:
        self.rt = Runtime()
        self.machine = Machine(self.rt, (*layers, *PROBES), host=host)
        self.excuses = Excuses.of(EXCUSES)
        self.actor = self.machine.actor("vmm")
        self.done: list[Line] = []

    def do(self, lines: Sequence[Line]) -> None:
        """Operations in order. Raises Broken."""
        for line in lines:
            self.done.append(line)
            fields = {key: value for key, value in line.items() if key != "op"}
            op = operation(str(line["op"]), fields)
            try:
                result = self.rt.finish(self.machine.perform(self.actor, op))
            except Exception as error:
                raise Broken(f"{type(error).__name__}: {error}", self.done) from error
            self.judge(line, result)

    def judge(self, line: Line, result: dict[str, Any]) -> None:
        """Raises Broken for a load that gave more than its width."""
        if line["op"] == "mmio_read" and "value" in result:
            size = int(str(line["size"]), 0)
            if not 0 <= int(result["value"], 0) < 1 << 8 * size:
                raise Broken(f"{size} bytes read {result['value']}", self.done)

    def check(self) -> None:
        """Check the rules of quiet points: no task runs. Raises Broken."""
        if self.machine.session is None:
            return
        for violation in self.excuses.unexcused(violations(facts(self.machine.session.vm))):
            raise Broken(f"{violation.finding.rule}: {violation.finding.title}", self.done)

    @property
    def dead(self) -> bool:
        """Whether nothing can be asked of it any more."""
        return self.machine.session is not None and self.machine.session.vm.vm_dead.value
