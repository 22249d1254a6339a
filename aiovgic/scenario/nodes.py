"""YAML as nodes that know their line and their path, so that an error can say where it is.

Plain data only: no tags, no anchors, no duplicate keys.
"""

from __future__ import annotations

import reprlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NoReturn

import yaml
from yaml.reader import ReaderError

from aiovgic.errors import ScenarioError
from aiovgic.text import nearest, shown
from aiovgic.uapi.fields import integer

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

STR = "tag:yaml.org,2002:str"
SCALARS = {
    "tag:yaml.org,2002:null",
    "tag:yaml.org,2002:bool",
    "tag:yaml.org,2002:int",
    "tag:yaml.org,2002:float",
    STR,
}
DEEPEST = 64
MOST_BITS = 128
"""Numbers beyond this are not shown."""

COLLECTIONS = ("tag:yaml.org,2002:map", "tag:yaml.org,2002:seq")


class Node:
    """A value in a scenario file: where it is, and what it holds."""

    __slots__ = ("file", "line", "path", "value")

    def __init__(self, file: str, line: int, path: str, value: Any) -> None:
        self.file = file
        self.line = line
        self.path = path
        self.value = value
        """A scalar, a list of nodes, or a dict of nodes by their keys."""

    @property
    def place(self) -> str:
        """The file, and the line if it has lines."""
        return f"{self.file}:{self.line}" if self.line else self.file

    def fail(self, why: str) -> NoReturn:
        """Raise ScenarioError: this node is wrong."""
        where = f"{self.path}: " if self.path else ""
        raise ScenarioError(self.place, f"{where}{why}")

    # -- what it has to be ------------------------------------------------------------------

    def items(self, what: str = "a mapping") -> Iterator[tuple[str, Node]]:
        """The keys and values of a mapping. Raises ScenarioError."""
        if not isinstance(self.value, dict):
            self.fail(f"is to be {what}, not {self.shown()}")
        yield from self.value.items()

    def keys(self, known: Sequence[str], required: Sequence[str] = ()) -> Mapping[str, Node]:
        """The values of a mapping that has these keys and no others. Raises ScenarioError."""
        found = dict(self.items())
        for key, node in found.items():
            if key not in known:
                hint = nearest(key, list(known)) or f"; there are {', '.join(known)}"
                raise ScenarioError(node.place, f"{self.path or 'scenario'}: unknown key {shown(key)}{hint}")
        for key in required:
            if key not in found:
                self.fail(f"needs the key {key!r}")
        return found

    def list(self, what: str = "a list") -> Sequence[Node]:
        """The nodes of a list. Raises ScenarioError."""
        if not isinstance(self.value, list):
            self.fail(f"is to be {what}, not {self.shown()}")
        return self.value

    def text(self) -> str:
        """A text. Raises ScenarioError."""
        if not isinstance(self.value, str):
            quoted = "; put it in quotes" if isinstance(self.value, bool | int | float) else ""
            self.fail(f"is to be text, not {self.shown()}{quoted}")
        return self.value

    def integer(self, low: int, high: int) -> int:
        """A number in a range. Raises ScenarioError."""
        if isinstance(self.value, bool) or not isinstance(self.value, int):
            self.fail(f"is to be a number, not {self.shown()}")
        if not low <= self.value <= high:
            self.fail(f"is {self.shown()}; it must be {low}{f' to {high}' if low != high else ''}")
        return self.value

    def flag(self) -> bool:
        """True or false. Raises ScenarioError."""
        if not isinstance(self.value, bool):
            self.fail(f"is to be true or false, not {self.shown()}")
        return self.value

    def one_of(self, words: Sequence[str]) -> str:
        """One of these words. Raises ScenarioError with the nearest."""
        if self.value not in words:
            known = ", ".join(words)
            self.fail(f"is {self.shown()}{nearest(self.value, list(words)) or f'; there are {known}'}")
        return str(self.value)

    def plain(self) -> Any:
        """The value without its places."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        return self.value

    def shown(self) -> str:
        """The value in few words."""
        if isinstance(self.value, dict):
            return "a mapping"
        if isinstance(self.value, list):
            return "a list"
        if self.value is None:
            return "nothing"
        if isinstance(self.value, bool):
            return str(self.value).lower()
        if isinstance(self.value, int) and self.value.bit_length() > MOST_BITS:
            return "a number far too large"
        return reprlib.repr(self.value)


def node_of(value: Any, file: str, path: str = "") -> Node:
    """Python's own mappings, lists and scalars as nodes; a place has no line there."""
    if isinstance(value, Mapping):
        keys = {str(key): node_of(each, file, f"{path}.{key}" if path else str(key)) for key, each in value.items()}
        return Node(file, 0, path, keys)
    if isinstance(value, list | tuple):
        return Node(file, 0, path, [node_of(each, file, f"{path}[{i}]") for i, each in enumerate(value)])
    return Node(file, 0, path, value)


def key_number(key: str, node: Node, high: int) -> int:
    """A number that is a key. Raises ScenarioError."""
    try:
        value = integer(key)
    except ValueError as error:
        node.fail(str(error))
    if value > high:
        node.fail(f"{key} is above {high}")
    return value


def parse_yaml(file: str, text: str) -> Node:
    """The document in a text. Raises ScenarioError with the line."""
    try:
        check_events(file, text)
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark is not None else 1
        raise ScenarioError(f"{file}:{line}", f"is no YAML: {problem_of(error)}") from None
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise ScenarioError(
            f"{file}:{line}", f"is no YAML: no file may have the character {error.character:#x}"
        ) from None
    except RecursionError:
        raise ScenarioError(file, "is nested too deep") from None
    if root is None:
        raise ScenarioError(file, "is empty")
    return Reader(file).node(root, "", 0)


def problem_of(error: yaml.MarkedYAMLError) -> str:
    """What YAML's reader says: a sentence that goes on with 'but' has its beginning in the context."""
    problem = error.problem or error.context or ""
    return f"{error.context}, {problem}" if error.context and problem.startswith("but ") else problem


def check_events(file: str, text: str) -> None:
    """Raises ScenarioError for anchors and aliases, and for what is nested too deep to go on reading."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        line = event.start_mark.line + 1 if event.start_mark is not None else 1
        if isinstance(event, yaml.NodeEvent) and event.anchor is not None:
            raise ScenarioError(f"{file}:{line}", "anchors and aliases are not used here")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise ScenarioError(f"{file}:{line}", "is nested too deep")


class Reader:
    """Turns composed YAML into nodes."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.scalars = yaml.SafeLoader("")

    def node(self, raw: yaml.Node, path: str, depth: int) -> Node:
        """One node and all below it. Raises ScenarioError."""
        node = Node(self.file, raw.start_mark.line + 1, path, None)
        if depth > DEEPEST:
            node.fail("is nested too deep")
        if isinstance(raw, yaml.CollectionNode) and raw.tag not in COLLECTIONS:
            node.fail("has a tag")
        if isinstance(raw, yaml.MappingNode):
            node.value = self.mapping(raw, node, depth)
        elif isinstance(raw, yaml.SequenceNode):
            node.value = [self.node(item, f"{path}[{i}]", depth + 1) for i, item in enumerate(raw.value)]
        elif isinstance(raw, yaml.ScalarNode):
            node.value = self.scalar(raw, node)
        return node

    def mapping(self, raw: yaml.MappingNode, node: Node, depth: int) -> dict[str, Node]:
        """The keys of a mapping, as text, and their nodes."""
        found: dict[str, Node] = {}
        for key_node, value_node in raw.value:
            if not isinstance(key_node, yaml.ScalarNode):
                node.fail("has a key that is no word")
            key = str(key_node.value)
            if not key.isprintable():
                node.fail(f"has a key that is no word: {reprlib.repr(key)}")
            below = self.node(value_node, f"{node.path}.{key}" if node.path else key, depth + 1)
            if key in found:
                below.line = key_node.start_mark.line + 1
                below.fail("is there twice")
            found[key] = below
        return found

    def scalar(self, raw: yaml.ScalarNode, node: Node) -> Any:
        """A scalar's value: null, a bool, a number or text."""
        if raw.tag not in SCALARS:
            return str(raw.value) if raw.tag.startswith("tag:yaml.org,2002:timestamp") else node.fail("has a tag")
        try:
            return self.scalars.construct_object(raw)
        except (ValueError, KeyError, IndexError, yaml.YAMLError):
            node.fail(f"is no value: {reprlib.repr(raw.value)}")
