"""Tests of the ioctls: errno and the order of checks."""
