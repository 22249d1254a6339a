"""The command: ``python -m devtools.oracle.litmus run|model|compare``."""

from __future__ import annotations

from pathlib import Path

import click

from devtools.oracle.cache import Cache
from devtools.oracle.cli import CACHE, EXISTING
from devtools.oracle.litmus.compare import not_allowed
from devtools.oracle.litmus.compare import report as compare_report
from devtools.oracle.litmus.gdb import steered
from devtools.oracle.litmus.kernel import Effort, observe
from devtools.oracle.litmus.model import allow
from devtools.oracle.litmus.outcomes import Allowed, Observed, read, write
from devtools.oracle.litmus.race import load
from devtools.oracle.litmus.steering import gdb_steering, plugin_words, symbols
from devtools.oracle.vm import Host

SCENARIOS = click.argument("scenarios", nargs=-1, required=True, type=EXISTING)
OUT = click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write the outcomes to this file.")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """Play races on a real kernel, and compare the outcomes with those that the model allows."""


@cli.command()
@SCENARIOS
@CACHE
@OUT
@click.option("--rounds", type=click.IntRange(min=1), default=Effort().rounds, show_default=True)
@click.option("--seconds", type=click.FloatRange(min=0.1), default=Effort().seconds, show_default=True)
@click.option("--seed", type=click.IntRange(min=0), default=Effort().seed, show_default=True)
@click.option("--timeout", type=click.FloatRange(min=1), default=Effort().limit, help="Seconds of the boot.")
@click.option("--cpus", type=click.IntRange(1, 8), default=2, show_default=True, help="CPUs of the VM.")
@click.option("--append", default="", help="More words for the kernel's command line.")
@click.option("--chaos", default="", metavar="MEAN,US,MOST", help="Let CPUs sleep inside the kernel, at random.")
@click.option("--hold", multiple=True, metavar="CPU,WHERE,N,CPU2,WHERE2,N2,US", help="Hold a CPU until another comes.")
@click.option("--gdb-hold", metavar="CPU,WHERE,CPU2,WHERE2,US", help="Hold a CPU by breakpoints.")
def run(  # noqa: PLR0913, PLR0917  one argument an option
    scenarios: tuple[Path, ...],
    cache: Path | None,
    out: Path | None,
    rounds: int,
    seconds: float,
    seed: int,
    timeout: float,
    cpus: int,
    append: str,
    chaos: str,
    hold: tuple[str, ...],
    gdb_hold: str | None,
) -> int:
    """Play scenarios on a kernel; add the outcomes to those in the file."""
    races = [load(path) for path in scenarios]
    older = read(out, Observed) if out is not None and out.exists() else {}
    kernel = Cache.of(cache)
    plugin = plugin_words(kernel, chaos, hold, seed)
    steering = gdb_steering(symbols(kernel), gdb_hold) if gdb_hold else None
    with steered(steering, timeout) as words:
        host = Host(cpus=cpus, kernel_words=append, qemu_words=[*plugin, *words])
        observed = observe(kernel, races, Effort(rounds, seconds, seed, timeout), host)
    if steering is not None:
        click.echo(steering.report())
    for name, new in observed.items():
        for line in new.report(name):
            click.echo(line)
        old = older.get(name)
        if old is not None and (old.names, old.kernel) == (new.names, new.kernel):
            new.add(old)
    if out is not None:
        write(out, {**older, **observed})
    return 1 if any(new.failed for new in observed.values()) else 0


@cli.command()
@SCENARIOS
@OUT
@click.option("--revision", default="v6.12", show_default=True)
@click.option("--bug", multiple=True, help="A bug to plant.")
@click.option("--budget", type=click.IntRange(min=1), default=20_000, show_default=True, help="Executions at most.")
def model(scenarios: tuple[Path, ...], out: Path | None, revision: str, bug: tuple[str, ...], budget: int) -> int:
    """Search the model for all outcomes of scenarios."""
    allowed = read(out, Allowed) if out is not None and out.exists() else {}
    for path in scenarios:
        race = load(path)
        allowed[race.name] = allow(race, revision, budget, bug)
        for line in allowed[race.name].report(race.name):
            click.echo(line)
        if out is not None:
            write(out, allowed)
    return 0


@cli.command()
@click.argument("kernel", type=EXISTING)
@click.argument("model", type=EXISTING)
def compare(kernel: Path, model: Path) -> int:
    """Compare two files of outcomes; 1 if the kernel has one that the model does not allow."""
    observed, allowed = read(kernel, Observed), read(model, Allowed)
    for line in compare_report(observed, allowed):
        click.echo(line)
    return int(any(not_allowed(observed[name], allowed[name]) for name in observed if name in allowed))
