"""Whether a file is a scenario: a YAML mapping with the keys that every scenario has, right or wrong otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LOOK_BYTES = 256 * 1024
"""How much of a file is looked at: no scenario is longer."""

NEEDED = ("schema", "tasks")
"""Keys that make a mapping a scenario."""


def is_scenario(path: Path) -> bool:
    """Whether a file is to be loaded as a scenario; a file that cannot be read is not."""
    try:
        with path.open("rb") as file:
            data = file.read(LOOK_BYTES)
    except OSError:
        return False
    if not all(key.encode() in data for key in NEEDED):
        return False
    missing = dict.fromkeys(NEEDED)
    try:
        for key in top_keys(data.decode(errors="replace")):
            missing.pop(key, None)
            if not missing:
                return True
    except (yaml.YAMLError, RecursionError):
        return len(missing) < len(NEEDED)  # the loader will say what is wrong
    return False


def top_keys(text: str) -> Iterator[str]:
    """The keys of the mapping that a YAML text is; none of another document. Raises what the YAML reader raises."""
    depth = nodes = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        match event:
            case yaml.CollectionStartEvent():
                if not depth and not isinstance(event, yaml.MappingStartEvent):
                    return
                depth += 1
            case yaml.CollectionEndEvent():
                depth -= 1
                nodes += depth == 1
            case yaml.NodeEvent() if depth == 1:
                if isinstance(event, yaml.ScalarEvent) and nodes % 2 == 0:
                    yield event.value
                nodes += 1
            case yaml.DocumentEndEvent():
                return
