"""Reading a program from the text that a listing prints, so that a failing one can be pasted and tried again."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from devtools.programs.instructions import ORDERS, Instruction, Listing

if TYPE_CHECKING:
    from collections.abc import Sequence

TASK = re.compile(r"(task|handler) (\S+) on cpu(\d+):(.*)")
NEVER = re.compile(r"never (\w+) = (\d+)")
FAILURES = re.compile(r"failures (\d+)")
TOKEN = re.compile(r"[{};]|[^\s{};]+")


def parse(text: str) -> Listing:
    """The program that this text describes. Raises ValueError, with the line, where it is none."""
    name, *lines = [line.strip() for line in text.strip().splitlines()]
    tasks: dict[str, tuple[Instruction, ...]] = {}
    cpus: dict[str, int] = {}
    handlers: list[str] = []
    never: list[tuple[str, int]] = []
    failures = 0
    for line in lines:
        if task := TASK.fullmatch(line):
            kind, called, cpu, body = task.groups()
            tasks[called] = body_of(TOKEN.findall(body), line)
            cpus[called] = int(cpu)
            handlers += [called] if kind == "handler" else []
        elif claim := NEVER.fullmatch(line):
            never.append((claim[1], int(claim[2])))
        elif limit := FAILURES.fullmatch(line):
            failures = int(limit[1])
        else:
            raise ValueError(f"neither a task, nor 'never', nor 'failures': {line!r}")
    return Listing(name, tasks, cpus, tuple(handlers), tuple(never), failures)


def body_of(tokens: Sequence[str], line: str) -> tuple[Instruction, ...]:
    """A whole task. Raises ValueError for brackets that do not match."""
    body, rest = instructions(list(tokens))
    if rest:
        raise ValueError(f"a bracket too many: {line!r}")
    return body


def instructions(tokens: list[str]) -> tuple[tuple[Instruction, ...], list[str]]:
    """Instructions up to the end of their body, and the tokens behind them."""
    found: list[Instruction] = []
    while tokens and tokens[0] != "}":
        words = []
        while tokens and tokens[0] not in ("{", "}", ";"):
            words.append(tokens.pop(0))
        body: tuple[Instruction, ...] = ()
        if tokens and tokens[0] == "{":
            body, tokens = instructions(tokens[1:])
            if not tokens:
                raise ValueError("a bracket is missing")
            del tokens[0]
        if tokens and tokens[0] == ";":
            del tokens[0]
        if words:
            found.append(instruction(words, body))
    return tuple(found), tokens


def instruction(words: Sequence[str], body: tuple[Instruction, ...]) -> Instruction:
    """One instruction from its words."""
    verb, *rest = words
    order = next((word for word in rest if word in ORDERS), "")
    value = next((int(word) for word in rest if word.isdecimal()), None)
    thing = next((word for word in rest if word not in ORDERS and not word.isdecimal()), "")
    return Instruction(verb, thing, value, body, order)
