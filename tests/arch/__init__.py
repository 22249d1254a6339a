"""Tests of the facts: words, frames, commands, encodings."""
