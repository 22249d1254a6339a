"""The pytest plugin, through pytest itself."""
