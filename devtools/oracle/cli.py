"""The command: ``python -m devtools.oracle setup|ask|compare``."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import partial
from pathlib import Path

import click

from aiovgic.errors import AiovgicError
from devtools.oracle.asking import LIMIT_S, Asking
from devtools.oracle.cache import VARIABLE, Cache, cache_folder
from devtools.oracle.compare import compare as compare_recordings
from devtools.oracle.script_file import load, write
from devtools.oracle.vm import GICS, Host

SETUP = Path(__file__).with_name("setup.sh")
EXISTING = click.Path(exists=True, dir_okay=False, path_type=Path)
FOLDER = click.Path(file_okay=False, path_type=Path)
CACHE = click.option("--cache", type=FOLDER, help=f"The folder of the kernel ({VARIABLE}).")
GIC = click.option(
    "--gic",
    type=click.IntRange(min(GICS), max(GICS)),
    default=Host().gic,
    show_default=True,
    help="The version of the host's GIC.",
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """Ask a real Linux/arm64 kernel what its KVM does."""


@cli.command()
@CACHE
@click.option("--kernel", help="A Debian package of a kernel, as 'apt-cache search' names it.")
@click.option("--suite", help="The suite of the archive that has it, such as trixie-backports.")
def setup(cache: Path | None, kernel: str | None, suite: str | None) -> int:
    """Fetch a kernel and busybox; install QEMU and a compiler if they are missing (Debian 12)."""
    asked = {VARIABLE: str(cache_folder(cache)), "ORACLE_KERNEL": kernel, "ORACLE_SUITE": suite}
    environment = {**os.environ, **{name: value for name, value in asked.items() if value}}
    return subprocess.run([str(SETUP)], check=False, env=environment).returncode  # noqa: S603  the script beside this file


@cli.command()
@click.argument("scripts", nargs=-1, required=True, type=EXISTING)
@CACHE
@click.option("--out-dir", type=FOLDER, help="Write one recording for each file into this folder.")
@click.option("--cpu", default=Host().cpu, show_default=True, help="The CPU that QEMU emulates.")
@GIC
@click.option("--timeout", type=click.FloatRange(min=1), default=LIMIT_S, show_default=True, help="Seconds of a boot.")
@click.option("--append", default="", help="More words for the kernel's command line.")
@click.option("--trace", default="", metavar="EVENTS", help="Events to trace, such as kvm/kvm_mmio,kvm/kvm_entry.")
def ask(  # noqa: PLR0913, PLR0917  one argument an option
    scripts: tuple[Path, ...],
    cache: Path | None,
    out_dir: Path | None,
    cpu: str,
    gic: int,
    timeout: float,
    append: str,
    trace: str,
) -> int:
    """Let the kernel answer files of scripts; print them with the results."""
    files = [load(path) for path in scripts]
    tell = partial(click.echo, err=True)
    asking = Asking(
        Cache.of(cache),
        [script for file in files for script in file.scripts],
        Host(cpu, gic, kernel_words=append),
        timeout,
        [event for event in trace.split(",") if event],
        tell,
    )
    asking.run()
    if out_dir is not None:
        out_dir.mkdir(parents=True, exist_ok=True)
    for file in files:
        if out_dir is None:
            click.echo(file.recording(asking.stamp), nl=False)
        else:
            write(out_dir, file.path.name, file.recording(asking.stamp))
    ops = sum(len(script.ops) for script in asking.scripts)
    tell(
        f"{len(asking.scripts)} scripts, {ops} operations, kernel {asking.kernel}, "
        f"up after {asking.up} s of its own clock, {asking.seconds:.1f} s in all"
    )
    return 0


@cli.command()
@click.argument("a", type=EXISTING)
@click.argument("b", type=EXISTING)
@click.option("--all", "whole", is_flag=True, help="Every difference, not the first of each script.")
def compare(a: Path, b: Path, *, whole: bool) -> int:
    """Print the operations that two recordings of the same scripts answer differently; 1 if there are any."""
    compared = compare_recordings(a, b)
    for line in compared.report(whole=whole):
        click.echo(line)
    return 1 if compared.differences else 0


def main(arguments: list[str] | None = None, command: click.Command = cli, name: str = "devtools.oracle") -> int:
    """Run one command; errors are one line on standard error, and the exit code is then 2."""
    try:
        return int(command.main(args=arguments, prog_name=f"python -m {name}", standalone_mode=False) or 0)
    except click.ClickException as error:
        why = error.format_message()
    except (AiovgicError, OSError) as error:
        why = str(error)
    except click.Abort:
        why = "interrupted"
    print(f"{name}: {why}", file=sys.stderr)  # noqa: T201  this is a command
    return 2
