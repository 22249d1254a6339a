"""Every error this project raises on purpose; four kinds of wrong, never mixed."""

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


class UsageError(AiovgicError):
    """The caller asked for something that does not exist; the message names the nearest right word."""


class DivergedError(AiovgicError):
    """A replay was offered other choices than the recording: the model is not deterministic."""


class Violation(AiovgicError):
    """A rule of the machine was broken at this step; the engine turns it into a finding.

    ``kind`` is one of the finding kinds, ``rule`` the rule's name, ``what`` names the object.
    """

    def __init__(self, kind: str, rule: str, what: str) -> None:
        super().__init__(f"{kind}: {what}")
        self.kind = kind
        self.rule = rule
        self.what = what
