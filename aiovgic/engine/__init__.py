"""The interpreters of the model: the trampoline that explores, and the live one."""
