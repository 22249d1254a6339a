"""The face: one file a verb."""
