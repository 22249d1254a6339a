"""Tests of what is written down: schedules, traces, findings."""
