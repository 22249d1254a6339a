"""The console script: nothing is imported before it can be interrupted."""

from __future__ import annotations

import os
import sys

from aiovgic.cli.signals import ignore, interrupted, listen


def main() -> None:
    """Run one command and leave with its exit code; Ctrl-C and SIGTERM are answered from the first moment on."""
    code: int | None = None
    try:
        listen()
        from aiovgic.cli.main import run  # noqa: PLC0415  importing takes a while, and may be interrupted

        code = run()
        ignore()
    except KeyboardInterrupt:
        if code is None:
            sys.stderr.write("aiovgic: interrupted: nothing ran\n")
            code = interrupted()
    leave(code)


def leave(code: int) -> None:
    """End the process; what can no longer be written is dropped in silence."""
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except ValueError:  # it was closed
            continue
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    sys.exit(code)
