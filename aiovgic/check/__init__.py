"""Rules over what is written down: one rule a file, none knows a bug."""
