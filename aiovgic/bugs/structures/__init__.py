"""What KVM was built like when a bug was born, itself without that bug: one structure a file."""
