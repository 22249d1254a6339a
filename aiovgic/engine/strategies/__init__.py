"""Who runs next: one strategy a file."""
