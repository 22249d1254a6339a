"""Playing recorded scripts on the model, and comparing every result with the kernel's."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from aiovgic.engine.live import LiveExecution
from aiovgic.engine.program import TaskSpec
from aiovgic.engine.stage import Stage
from aiovgic.engine.strategies.dfs import DfsStrategy
from aiovgic.engine.trampoline import Execution
from aiovgic.model.facts import facts
from aiovgic.model.host import Host
from aiovgic.model.memory import Ram, Slot
from aiovgic.record.difference import Difference
from aiovgic.uapi.machine import Machine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiovgic.engine.outcome import Outcome
    from aiovgic.record.finding import Violation
    from aiovgic.record.operation import Result
    from aiovgic.scenario.recording import Script, Step
    from aiovgic.sync import Layer, Runtime

PLAYER_CODE = 0x1000_0000
PLAYER_CODE_SIZE = 0x8_0000
"""Where the kernel's player has its own code: memory that every VM has besides its RAM."""

NO_LIMIT = 1 << 62


@dataclass(frozen=True, slots=True)
class Played:
    """What came of one script."""

    script: str
    ops: int
    differences: tuple[Difference, ...]

    @property
    def theme(self) -> str:
        """The first part of the script's name."""
        return self.script.partition("/")[0]


class ScriptSession:
    """One script on one fresh machine, in one thread of userspace."""

    def __init__(self, rt: Runtime, layers: Sequence[Layer], host_gic: int, script: Script, file: str) -> None:
        code = Slot(PLAYER_CODE, Ram(PLAYER_CODE_SIZE))
        ending = any(step.op.name == "destroy_vm" for step in script.steps)
        self.machine = Machine(rt, layers, host=Host(gic=host_gic), slots=(code,), destroying=ending)
        self.actor = self.machine.actor("vmm")
        self.script = script
        self.file = file
        self.compared = 0
        self.differences: list[Difference] = []
        self.now: tuple[int, Step] | None = None
        self.tasks = (TaskSpec("vmm", self.play, 0),)
        self.reached: tuple[int, ...] = ()

    async def play(self) -> None:
        """Every operation in order, whatever comes of it."""
        for index, step in enumerate(self.script.steps):
            self.now = index, step
            got = await self.machine.perform(self.actor, step.op)
            if step.expected is not None:
                self.compared += 1
                if got != step.expected:
                    self.differs(index, step, got)

    def differs(self, index: int, step: Step, got: Result) -> None:
        """One more difference, with the state it left."""
        assert step.expected is not None
        session = self.machine.session
        state = {} if session is None else facts(session.vm)
        self.differences.append(
            Difference(self.file, self.script.name, index, step.line, step.op, step.expected, got, state)
        )

    def quiet(self) -> Sequence[Violation]:
        """The recorded results judge, nothing else."""
        return ()

    def judge(self) -> Sequence[Violation]:
        """Differences are no violations."""
        return ()

    def outcome(self) -> dict[str, Any]:
        """Nothing that two executions could differ in."""
        return {}

    def result(self, outcome: Outcome) -> Played:
        """What came of it; if the model broke, the operation it broke in is a difference."""
        if outcome.broken is not None:
            assert self.now is not None
            self.compared += 1
            self.differs(*self.now, {"model_bug": outcome.broken.title})
        elif self.script.died and self.now is not None:
            index, step = self.now
            self.compared += 1
            self.differs(index, replace(step, expected={"died": True}), {"died": False})
        return Played(self.script.name, self.compared, tuple(self.differences))


class ScriptProgram:
    """Makes the session of one script; one execution is all there is to it."""

    def __init__(self, layers: Sequence[Layer], host_gic: int, script: Script, file: str) -> None:
        self.layers = layers
        self.host_gic = host_gic
        self.script = script
        self.file = file
        self.session: ScriptSession | None = None

    def __call__(self, rt: Runtime) -> ScriptSession:
        self.session = ScriptSession(rt, self.layers, self.host_gic, self.script, self.file)
        return self.session

    def play(self) -> Played:
        """Play the script on the trampoline, as the only task."""
        return self.played(Execution(Stage(self, once=True, noting=False), DfsStrategy(), step_limit=NO_LIMIT).run())

    async def play_live(self) -> Played:
        """Play the script as anyio tasks, in the running loop."""
        return self.played(await LiveExecution(self).run())

    def played(self, outcome: Outcome) -> Played:
        """What came of it."""
        assert self.session is not None
        return self.session.result(outcome)
