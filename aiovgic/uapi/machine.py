"""A machine that operations are played on: one VMM process, and what each name does in it.

The operations are those of the recordings (devtools/oracle/README.md), and a result is exactly the
object a recording has.
"""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

from aiovgic.errors import UapiError
from aiovgic.model.faults import FaultBudget, Faults
from aiovgic.model.guest import Mmio
from aiovgic.model.host import Host
from aiovgic.model.vcpu import Vcpu
from aiovgic.sync import Parts
from aiovgic.uapi.actor import Actor
from aiovgic.uapi.device import KvmDevice
from aiovgic.uapi.files import Files
from aiovgic.uapi.guest_ops import OpsGuest
from aiovgic.uapi.operations import OPERATIONS
from aiovgic.uapi.ops_device import DeviceOps
from aiovgic.uapi.ops_irq import IrqOps
from aiovgic.uapi.ops_memory import MemoryOps
from aiovgic.uapi.ops_vm import VmOps

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence
    from typing import Any

    from aiovgic.model.irqfd import EventFd
    from aiovgic.model.memory import Slot
    from aiovgic.record.operation import Operation, Result
    from aiovgic.sync import Layer, Runtime
    from aiovgic.uapi.guest_ops import Watch
    from aiovgic.uapi.session import VmSession

    Handler = Callable[[Actor, Mapping[str, Any]], Awaitable[dict[str, Any]]]


class Machine:
    """One VMM process: at most one VM at a time, and the threads that work on it."""

    def __init__(  # noqa: PLR0913  what a machine can be told
        self,
        rt: Runtime,
        layers: Sequence[Layer] = (),
        *,
        host: Host | None = None,
        slots: Sequence[Slot] = (),
        faults: FaultBudget | None = None,
        changing: bool = False,
        destroying: bool = False,
    ) -> None:
        self.rt = rt
        self.host = host or Host()
        self.parts = Parts(rt, layers, noting=rt.noting)
        self.files = self.parts.make(Files, "files", changing=changing, destroying=destroying)
        self.faults = self.parts.make(Faults, "faults", faults or FaultBudget())
        self.slots = slots
        """Memory that every VM has besides its RAM."""
        self.session: VmSession | None = None
        self.eventfds: dict[int, EventFd] = {}
        """The eventfd that stands for each GSI."""
        self.labels: dict[str, KvmDevice | Vcpu] = {}
        """What operations made, by the label they gave it."""
        groups = (VmOps(self), DeviceOps(self), IrqOps(self), MemoryOps(self))
        self.handlers: dict[str, Handler] = {name: getattr(group, name) for group in groups for name in group.NAMES}

    def actor(self, name: str, like: Actor | None = None) -> Actor:
        """A thread of userspace, which numbers first what ``like`` has."""
        return Actor(name, like)

    async def perform(self, actor: Actor, op: Operation) -> Result:
        """Do one operation; its result, as a recording has it."""
        held = None
        try:
            if OPERATIONS[op.name].guest:
                return (await self.run_guest(actor, op.fields["vcpu"], (op,)))[0]
            held = None if op.name == "irqfd_signal" else await self.hold()
            result = {"ret": 0, "errno": None, **await self.handlers[op.name](actor, op.fields)}
        except UapiError as error:
            result = {"ret": -1, "errno": error.name}
        await self.let_go(held)
        return result

    async def hold(self) -> VmSession | None:
        """An ioctl begins: its VM stays until it ends. Nothing where no task ends the VM."""
        session = self.session if self.files.destroying else None
        if session is not None:
            await session.teardown.get()
        return session

    async def let_go(self, held: VmSession | None) -> None:
        """It ends; the one that ended the VM has nothing to let go any more."""
        if held is not None and not held.vm.freed:
            await held.teardown.put()

    async def run_guest(
        self, actor: Actor, handle: int | str, ops: Sequence[Operation], watch: Watch | None = None
    ) -> list[Result]:
        """One vCPU executes ``ops``; their results. Raises UapiError."""
        return await self.enter(actor, handle, OpsGuest(actor, handle, ops, watch))

    async def enter(self, actor: Actor, handle: int | str, guest: OpsGuest) -> list[Result]:
        """One vCPU runs a guest; KVM_RUN is called again where an access left to userspace. Raises UapiError."""
        held = await self.hold()
        try:
            vcpu = await self.vcpu(actor, handle)
            while not await self.runs_to_end(vcpu, guest):
                pass
        except UapiError:
            await self.let_go(held)
            raise
        await self.let_go(held)
        return guest.results

    async def runs_to_end(self, vcpu: Vcpu, guest: OpsGuest) -> bool:
        """KVM_RUN; whether the guest is done. Raises UapiError."""
        await vcpu.lock_killable()
        try:
            leave = await vcpu.run(guest)
        finally:
            vcpu.mutex.release()
        if isinstance(leave, Mmio):
            guest.left(leave)
        return not isinstance(leave, Mmio)

    # -- descriptors ------------------------------------------------------------------------

    async def vm(self) -> VmSession:
        """The VM's file descriptor. Raises EBADF without a VM, EIO on a dead one."""
        await self.files.look()
        if self.session is None or self.session.teardown.closed:
            raise UapiError(errno.EBADF, "there is no VM")
        if await self.session.vm.vm_dead.load():
            raise UapiError(errno.EIO, "the VM is dead")
        return self.session

    async def vcpu(self, actor: Actor, handle: int | str) -> Vcpu:
        """A vCPU's file descriptor, by index or label. Raises EBADF, EIO."""
        await self.files.look()
        vcpu = actor.vcpu(handle) if isinstance(handle, int) else self.labelled_vcpu(handle)
        await self.vm()
        return vcpu

    async def device(self, actor: Actor, handle: int | str) -> KvmDevice:
        """A device's file descriptor, by index or label. Raises EBADF, EIO."""
        await self.files.look()
        device = actor.device(handle) if isinstance(handle, int) else self.labelled_device(handle)
        await self.vm()
        return device

    def labelled_vcpu(self, label: str) -> Vcpu:
        """The vCPU that some thread made under this label. Raises EBADF while no thread has."""
        made = self.labels.get(label)
        if not isinstance(made, Vcpu):
            raise UapiError(errno.EBADF, f"there is no vCPU {label!r} yet")
        return made

    def labelled_device(self, label: str) -> KvmDevice:
        """The device that some thread made under this label. Raises EBADF while no thread has."""
        made = self.labels.get(label)
        if not isinstance(made, KvmDevice):
            raise UapiError(errno.EBADF, f"there is no device {label!r} yet")
        return made
