"""Every word that the specification's files declare."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from aiovgic import arch
from aiovgic.arch.words import Word


def declared_words() -> dict[str, type[Word]]:
    """All words with fields, by the name of their file and their own."""
    found: dict[str, type[Word]] = {}
    for info in iter_modules(arch.__path__):
        module = import_module(f"{arch.__name__}.{info.name}")
        for name, value in vars(module).items():
            if isinstance(value, type) and issubclass(value, Word) and value.__module__ == module.__name__:
                found[f"{info.name}.{name}"] = value
    return {name: word for name, word in found.items() if word.FIELDS}


WORDS = declared_words()
