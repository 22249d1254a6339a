"""How long the command line takes to start, against a bare Python and a bare click.

    python benchmarks/start_up.py [--rounds N]

Each command runs in a process of its own, in turns; what is printed is the smallest CPU time of all rounds.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys

COMMANDS = {
    "python -c pass": ["-c", "pass"],
    "import click": ["-c", "import click"],
    "aiovgic --help": ["-m", "aiovgic", "--help"],
    "aiovgic run addr-vs-init": ["-m", "aiovgic", "run", "addr-vs-init"],
}


def cpu_seconds(words: list[str]) -> float:
    """User and system time of one process."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, *words], check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=10)
    rounds = parser.parse_args().rounds
    least = dict.fromkeys(COMMANDS, float("inf"))
    for _ in range(rounds):
        for name, words in COMMANDS.items():
            least[name] = min(least[name], cpu_seconds(words))
    bare = least["python -c pass"]
    for name, seconds in least.items():
        print(f"{name:28} {seconds:.3f} s of CPU  {seconds / bare:5.1f} times a bare Python")


if __name__ == "__main__":
    main()
