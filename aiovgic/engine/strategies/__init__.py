"""Strategies: each decides which task runs next. One strategy is one file."""
