"""The oracle: a real Linux/arm64 kernel, in a virtual machine, that answers scripts of KVM operations."""
