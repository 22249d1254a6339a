"""aiovgic: KVM's arm64 vGICv3 and ITS, emulated; its races found, shrunk and replayed.

The front door. A verb takes a scenario (a file's, a shipped one by name, or `race` of async
functions) and gives a `Result`: ``finding``, ``ok()``, and ``str`` of it is the report. Rooms behind it
are imported when a name is first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aiovgic.errors import AiovgicError as AiovgicError
    from aiovgic.errors import GuestFaultError as GuestFaultError
    from aiovgic.errors import NotOkError as NotOkError
    from aiovgic.errors import ScenarioError as ScenarioError
    from aiovgic.errors import UsageError as UsageError
    from aiovgic.lab.conform import conform as conform
    from aiovgic.lab.explore import explore as explore
    from aiovgic.lab.replay import replay as replay
    from aiovgic.lab.result import Result as Result
    from aiovgic.lab.run import run as run
    from aiovgic.lab.strategies import Way as Way
    from aiovgic.lab.stress import stress as stress
    from aiovgic.scenario.body import Machine as Machine
    from aiovgic.scenario.guest_program import Cpu as Cpu
    from aiovgic.scenario.guest_program import Kvm as Kvm
    from aiovgic.scenario.loader import load as load
    from aiovgic.scenario.scenario import Scenario as Scenario
    from aiovgic.scenario.written import race as race
    from aiovgic.scenario.written import vcpu as vcpu
    from aiovgic.sync import replaces as replaces

_HOME = {
    "load": "aiovgic.scenario.loader",
    "race": "aiovgic.scenario.written",
    "vcpu": "aiovgic.scenario.written",
    "run": "aiovgic.lab.run",
    "explore": "aiovgic.lab.explore",
    "replay": "aiovgic.lab.replay",
    "stress": "aiovgic.lab.stress",
    "conform": "aiovgic.lab.conform",
    "replaces": "aiovgic.sync",
    "Machine": "aiovgic.scenario.body",
    "Cpu": "aiovgic.scenario.guest_program",
    "Kvm": "aiovgic.scenario.guest_program",
    "Result": "aiovgic.lab.result",
    "Way": "aiovgic.lab.strategies",
    "Scenario": "aiovgic.scenario.scenario",
    "AiovgicError": "aiovgic.errors",
    "GuestFaultError": "aiovgic.errors",
    "NotOkError": "aiovgic.errors",
    "ScenarioError": "aiovgic.errors",
    "UsageError": "aiovgic.errors",
}
"""Where each name lives."""

__all__ = [  # noqa: PLE0604  in the order they are met
    *_HOME
]


def __getattr__(name: str) -> object:
    """A name of the front door, from the room it lives in."""
    if name not in _HOME:
        raise AttributeError(f"module 'aiovgic' has no attribute {name!r}")
    found: object = getattr(import_module(_HOME[name]), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    """What there is to use."""
    return sorted(_HOME)
