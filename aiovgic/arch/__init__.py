"""The architecture as data: words and their fields, register frames, INTIDs, commands, table entries."""
