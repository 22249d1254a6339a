"""KVM's ioctls and device attributes over the model: errno, order of checks, constant names."""
