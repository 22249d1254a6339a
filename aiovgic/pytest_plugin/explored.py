"""``@explored``: marks an async test, or every async test of a class, that every execution of a search calls anew."""

from __future__ import annotations

import functools
import inspect
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, overload

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

ATTRIBUTE = "aiovgic_explored"
"""Of a test's function: how it is explored."""

OWNERS = ("self", "cls")
"""First parameters of methods."""


@dataclass(frozen=True)
class Explored:
    """A test's async function, and how it is explored."""

    body: Callable[..., Any]
    machine: Mapping[str, Any] | None = None
    revision: str = "fixed"
    search: Mapping[str, Any] = field(default_factory=dict)
    """More arguments of `aiovgic.explore`."""

    @property
    def parameters(self) -> list[inspect.Parameter]:
        """All parameters of the function."""
        return list(inspect.signature(self.body).parameters.values())

    @property
    def owner(self) -> str | None:
        """The parameter that the instance is passed as, if the function is a method."""
        first = self.parameters[:1]
        return first[0].name if first and first[0].name in OWNERS else None

    @property
    def takes_machine(self) -> str | None:
        """The parameter for the machine: annotated with `Machine`, else called ``m``, else the first one."""
        free = [each for each in self.parameters if each.name != self.owner]
        annotated = [each.name for each in free if is_machine(each.annotation)]
        named = [each.name for each in free if each.name == "m"]
        return next(iter([*annotated, *named, *(each.name for each in free)]), None)

    @property
    def signature(self) -> inspect.Signature:
        """What pytest sees: the instance, parameters of ``parametrize``, and fixtures."""
        return inspect.Signature([each for each in self.parameters if each.name != self.takes_machine])

    @classmethod
    def of(cls, function: object) -> Explored | None:
        """How the function of a test is explored; None if it is not."""
        found = getattr(function, ATTRIBUTE, None)
        return found if isinstance(found, cls) else None


def is_machine(annotation: object) -> bool:
    """Whether an annotation names the machine; annotations may be texts."""
    name = annotation if isinstance(annotation, str) else getattr(annotation, "__qualname__", "")
    home = "aiovgic" if isinstance(annotation, str) else str(getattr(annotation, "__module__", ""))
    return name.rpartition(".")[2] == "Machine" and home.partition(".")[0] == "aiovgic"


@overload
def explored(body: Callable[..., Awaitable[None]], /) -> Callable[..., None]: ...


@overload
def explored(
    *, machine: Mapping[str, Any] | None = ..., revision: str = ..., **search: Any
) -> Callable[[Callable[..., Any]], Callable[..., None]]: ...


def explored(
    body: Callable[..., Any] | None = None,
    /,
    *,
    machine: Mapping[str, Any] | None = None,
    revision: str = "fixed",
    **search: Any,
) -> Callable[..., Any]:
    """Explore a test: every execution calls the async function with a fresh machine, and fixtures of its own.

    ``machine`` is what a scenario file has there; the rest goes to `aiovgic.explore`. The test fails with
    the report of what was found. Of a class, every async method whose name begins with ``test`` is explored.
    """

    def decorate(target: Any) -> Any:
        if isinstance(target, type):
            for name, each in list(vars(target).items()):
                if name.startswith("test") and inspect.iscoroutinefunction(inspect.unwrap(each)):
                    setattr(target, name, decorate(each))
            return target
        if isinstance(target, staticmethod):
            return staticmethod(decorate(target.__func__))
        return marked(Explored(target, machine, revision, search))

    return decorate if body is None else decorate(body)


def marked(spec: Explored) -> Callable[..., None]:
    """The function that pytest collects; called by itself, it explores the test without pytest's options."""

    @functools.wraps(spec.body)
    def test(*args: Any, **fields: Any) -> None:
        __tracebackhide__ = True
        from aiovgic.pytest_plugin.searching import explore_call  # noqa: PLC0415  pytest starts without it

        explore_call(spec, spec.signature.bind(*args, **fields).arguments)

    vars(test)["__signature__"] = spec.signature  # pytest reads it: fixtures and parameters, without the machine
    setattr(test, ATTRIBUTE, spec)
    return test
