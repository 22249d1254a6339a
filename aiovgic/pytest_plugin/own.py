"""What each execution of an explored test has of its own: the instance, fixtures, parameters, an empty folder."""

from __future__ import annotations

import copy
import shutil
import tempfile
from typing import TYPE_CHECKING, Any

import pytest

from aiovgic.errors import UsageError
from aiovgic.pytest_plugin.values import monkeypatches, refused, sentinels
from aiovgic.scenario.immutable import is_immutable

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

WAYS_OUT = {
    "caplog": "add a logging.Handler in the test itself",
    "capfd": "use contextlib.redirect_stdout in the test itself",
    "capsys": "use contextlib.redirect_stdout in the test itself",
    "pytestconfig": "read it in a fixture that gives a plain value",
    "recwarn": "use warnings.catch_warnings in the test itself",
    "request": "read it in a fixture that gives a plain value",
    "tmp_path_factory": "take tmp_path in its place",
}
"""By fixture of pytest: what to do without it."""

WAY_OUT = "make it in the test itself, or let the fixture give a function that makes it"


class Own:
    """Hands out values: a copy of each that can change, a fresh `MonkeyPatch`, and a folder as it was before.

    ``values`` are by parameter, ``owner`` is that of the instance, ``parametrized`` are those that are no fixtures;
    ``folder`` is the test's ``tmp_path``, if it has one. Raises UsageError for a value that cannot be copied, in one
    line that names it.
    """

    def __init__(
        self,
        values: Mapping[str, Any],
        owner: str | None = None,
        folder: Path | None = None,
        parametrized: Collection[str] = (),
    ) -> None:
        self.values = dict(values)
        self.folder = None if folder is None else Folder(folder)
        self.given = monkeypatches(self.values)
        self.patches: list[pytest.MonkeyPatch] = []
        fixed = [*filter(is_immutable, self.values.values()), *sentinels(self.values)]
        self.fixed = {id(value): value for value in fixed}
        for name, value in self.values.items():
            if name == owner and not isinstance(value, type):
                check_instance(name, value)
            else:
                kind = "parameter" if name in parametrized else "fixture"
                check(f"{kind} {name!r}", value, WAYS_OUT.get(name, WAY_OUT))

    def next(self) -> dict[str, Any]:
        """The values of the next execution; what the one before patched is as it was."""
        self.end()
        if self.folder is not None:
            self.folder.restore()
        self.patches = [pytest.MonkeyPatch() for _ in self.given]
        fresh = {id(each): patch for each, patch in zip(self.given, self.patches, strict=True)}
        return copy.deepcopy(self.values, {**self.fixed, **fresh})

    def end(self) -> None:
        """Restore what the last execution patched."""
        while self.patches:
            self.patches.pop().undo()

    def close(self) -> None:
        """End the last execution; its folder stays as it left it."""
        self.end()
        if self.folder is not None:
            self.folder.close()


def check_instance(owner: str, instance: object) -> None:
    """Raises UsageError, with the attribute's name, for an instance that has no copy."""
    for name, value in getattr(instance, "__dict__", {}).items():
        check(f"{owner}.{name}", value, "make it in the test itself")


def check(what: str, value: object, way_out: str) -> None:
    """Raises UsageError for a value that has no copy."""
    why = refused(value)
    if why:
        raise UsageError(f"{what} {why}, and each execution needs its own: {way_out}")


class Folder:
    """A folder that every execution finds as it was before the search."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.saved: tempfile.TemporaryDirectory[str] | None = None
        if any(path.iterdir()):
            self.saved = tempfile.TemporaryDirectory()
            shutil.copytree(path, self.saved.name, symlinks=True, dirs_exist_ok=True)

    def restore(self) -> None:
        """Take away what is there, and copy back what was there."""
        self.path.mkdir(exist_ok=True)
        for each in self.path.iterdir():
            if each.is_dir() and not each.is_symlink():
                shutil.rmtree(each)
            else:
                each.unlink()
        if self.saved is not None:
            shutil.copytree(self.saved.name, self.path, symlinks=True, dirs_exist_ok=True)

    def close(self) -> None:
        """Forget what was there."""
        if self.saved is not None:
            self.saved.cleanup()
