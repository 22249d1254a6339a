"""Tests of the seam: primitives, parts and layers, without an engine."""
