"""``python -m aiovgic``."""

from __future__ import annotations

from aiovgic.cli.entry import main

if __name__ == "__main__":
    main()
