"""The cache of one kernel: the folder that ``setup.sh`` fills."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from aiovgic.errors import UsageError

VARIABLE = "ORACLE_CACHE"
DEFAULT = "~/.cache/kvm-oracle"
SETUP = "python -m devtools.oracle setup"


def cache_folder(folder: str | Path | None = None) -> Path:
    """The folder that the caller names, or that ORACLE_CACHE names, or the default one."""
    return Path(folder or os.environ.get(VARIABLE) or DEFAULT).expanduser()


@dataclass(frozen=True, slots=True)
class Cache:
    """A kernel that is set up."""

    folder: Path

    @classmethod
    def of(cls, folder: str | Path | None = None) -> Cache:
        """The cache in a folder, by default that of ORACLE_CACHE. Raises UsageError if no kernel is set up there."""
        cache = cls(cache_folder(folder))
        for needed in (cache.image, cache.base):
            if not needed.is_file():
                raise UsageError(f"no kernel is set up in {cache.folder}: run '{SETUP}', or set {VARIABLE}")
        return cache

    @property
    def image(self) -> Path:
        """The kernel, as QEMU boots it."""
        return self.folder / "Image"

    @property
    def base(self) -> Path:
        """The part of the initramfs that stays the same: busybox, and the modules for virtio."""
        return self.folder / "base.cpio"

    @property
    def release(self) -> str:
        """The release of the kernel, as ``uname -r`` prints it; empty if ``setup.sh`` has not written it down."""
        written = self.folder / "kernel-version"
        return written.read_text(encoding="utf-8").strip() if written.exists() else ""

    @property
    def built(self) -> Path:
        """The folder of what is compiled from the sources here."""
        return self.folder / "build"
