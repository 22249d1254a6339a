"""The sources in C and shell: short, and without the address of a server."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from aiovgic.errors import UsageError
from devtools import oracle
from devtools.oracle.programs import compiled, run

FOLDER = Path(oracle.__file__).parent
C_FILES = sorted(FOLDER.rglob("*.[ch]"))
LONGEST_FILE = 400
LONGEST_FUNCTION = 50
COPY = "import sys; open(sys.argv[sys.argv.index('-o') + 1], 'w').write(' '.join(sys.argv))"
"""A compiler that writes how it was called."""


def name(path: Path) -> str:
    return path.relative_to(FOLDER).as_posix()


@pytest.mark.parametrize("path", C_FILES, ids=name)
def test_a_file_in_c_and_its_functions_are_short(path: Path) -> None:
    lines = path.read_text().splitlines()
    begins = [n for n, line in enumerate(lines) if line == "{"]
    ends = [lines.index("}", begin) for begin in begins]
    assert len(lines) <= LONGEST_FILE
    assert all(end - begin < LONGEST_FUNCTION for begin, end in zip(begins, ends, strict=True))


@pytest.mark.parametrize(
    "path", sorted(path for path in FOLDER.rglob("*") if path.suffix in {".py", ".sh", ".c", ".h", ".S"}), ids=name
)
def test_no_source_has_the_address_of_a_server(path: Path) -> None:
    assert "://" not in path.read_text()


def test_only_the_last_folder_has_a_main(tmp_path: Path) -> None:
    shared, own = tmp_path / "shared", tmp_path / "own"
    for folder in (shared, own):
        folder.mkdir()
        (folder / "main.c").touch()
    (shared / "part.c").touch()
    made = compiled(tmp_path / "built" / "probe", [shared, own], [sys.executable, "-c", COPY])
    assert [word for word in made.read_text().split() if word.endswith(".c")] == [
        str(shared / "part.c"),
        str(own / "main.c"),
    ]


def test_a_program_is_compiled_again_only_if_a_source_is_newer(tmp_path: Path) -> None:
    source, target = tmp_path / "main.c", tmp_path / "probe"
    source.touch()
    compiled(target, [tmp_path], [sys.executable, "-c", COPY])
    target.write_text("kept")
    compiled(target, [tmp_path], [sys.executable, "-c", COPY])
    assert target.read_text() == "kept"
    header = tmp_path / "new.h"
    header.touch()
    os.utime(header, (newer := target.stat().st_mtime + 1, newer))
    compiled(target, [tmp_path], [sys.executable, "-c", COPY])
    assert target.read_text() != "kept"


def test_a_program_that_fails_is_told_with_its_last_line() -> None:
    with pytest.raises(UsageError, match=r"ended with status 3: the last line"):
        run([sys.executable, "-c", "import sys; print('first\\nthe last line', file=sys.stderr); sys.exit(3)"])


def test_a_program_that_is_not_there_is_told_with_what_to_run() -> None:
    with pytest.raises(UsageError) as told:
        run(["no-such-program"])
    assert str(told.value) == "no-such-program is not installed: run 'python -m devtools.oracle setup' as root"
