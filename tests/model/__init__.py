"""Tests of the model, in place, without an engine."""
