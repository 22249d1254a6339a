"""aiovgic: an event-driven emulator of KVM's arm64 vGICv3 and ITS that finds and replays races."""
