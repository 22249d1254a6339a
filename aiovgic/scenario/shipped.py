"""Where the files that come with the package are."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent
RECORDINGS = PACKAGE / "data" / "recordings"
_INSTALLED = PACKAGE / "data" / "scenarios"
SCENARIOS = _INSTALLED if _INSTALLED.is_dir() else PACKAGE.parent / "scenarios"
"""In a wheel beside the recordings, in a checkout at the top."""

KERNEL_OF = {"v6.1": "linux-6.1"}
"""The kernel whose answers a revision is to give, where it is not the newest."""

NEWEST = "linux-6.12"


def recordings(revision: str) -> list[Path]:
    """The shipped recordings that a revision is to agree with: of GICv3 hosts, then of GICv2 hosts, by name."""
    kernel = KERNEL_OF.get(revision, NEWEST)
    return [path for folder in (kernel, f"{kernel}-gicv2") for path in sorted((RECORDINGS / folder).glob("*.jsonl.gz"))]


def scenarios() -> dict[str, Path]:
    """The shipped scenarios by name, in order of path."""
    return {path.stem: path for path in sorted(SCENARIOS.rglob("*.yaml"))}
