"""Every error this project raises on purpose; kinds of wrong that are never mixed."""

from __future__ import annotations

from errno import errorcode


class AiovgicError(Exception):
    """What all deliberate errors have in common."""


class UapiError(AiovgicError):
    """What an ioctl would have returned: an errno, and why KVM says so."""

    def __init__(self, errno: int, why: str) -> None:
        super().__init__(f"{errorcode[errno]}: {why}")
        self.errno = errno
        self.why = why

    @property
    def name(self) -> str:
        """The errno's name, such as ``EINVAL``."""
        return errorcode[self.errno]


class ScenarioError(AiovgicError):
    """A file that cannot be used: the place (file:line) and what is wrong, in one line."""

    def __init__(self, place: str, why: str) -> None:
        super().__init__(f"{place}: {why}")
        self.place = place
        self.why = why


class RefusedError(ScenarioError):
    """A set-up that the revision refuses: the errno, and the line of the step that it answers."""

    def __init__(self, place: str, line: int, errno: str, why: str) -> None:
        where = f" at line {line}" if line else ""
        super().__init__(place, f"refused: {errno}{where}: {why}")
        self.line = line
        self.errno = errno


class UsageError(AiovgicError):
    """The caller asked for something that does not exist; the message names the nearest right word."""


class GuestFaultError(AiovgicError):
    """An instruction of a guest's program took an exception: its syndrome, and the address if there is one."""

    def __init__(self, esr: int, far: str | None = None) -> None:
        super().__init__(f"exception with ESR {esr:#x}" + (f" at {far}" if far else ""))
        self.esr = esr
        self.far = far


class DivergedError(AiovgicError):
    """A replay was offered other choices than the recording: the model is not deterministic."""


class NotOkError(AiovgicError, AssertionError):
    """`Result.ok` was asked of a result that is not; the message is the report."""
