"""Tests of what people write: scenarios, scripts, and what is said about those that are wrong."""
