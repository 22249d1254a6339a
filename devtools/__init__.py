"""Tools for work on this repository; no part of the package."""
