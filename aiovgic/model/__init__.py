"""The vGIC as Linux 6.12 has it, with KVM's names, locks and critical sections."""
