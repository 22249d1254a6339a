"""``python -m devtools.schedules``: write the digests, or compare with those that are kept."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from aiovgic.lab.pool import Pool
from devtools.schedules.digests import answered, cases

KEPT = Path(__file__).parents[2] / "tests" / "data" / "schedules.txt"
"""The digests of the last change that meant to change one."""


@click.command()
@click.option("--write", is_flag=True, help="Keep the digests in tests/data/schedules.txt.")
@click.option("--jobs", default=2, show_default=True, help="Processes.")
@click.argument("names", nargs=-1)
def main(*, write: bool, jobs: int, names: tuple[str, ...]) -> None:
    """Digest every scenario and bug, or those whose line begins with one of NAMES."""
    if write and names:
        raise click.UsageError("--write keeps all digests; leave out NAMES")
    asked = [case for case in cases() if not names or str(case).startswith(names)]
    results = Pool(answered, jobs).run(asked, lambda _number, _note: None)
    with click.progressbar(results, length=len(asked), file=sys.stderr) as shown:
        told = [line for _, line in sorted(shown)]
    if write:
        KEPT.write_text("\n".join(told) + "\n")
        return
    kept = set(KEPT.read_text().splitlines())
    other = [line for line in told if line not in kept]
    for line in other:
        click.echo(line)
    click.echo(f"{len(told)} cases, {len(other)} differ from {KEPT.name}")
    sys.exit(1 if other else 0)


if __name__ == "__main__":
    main()
