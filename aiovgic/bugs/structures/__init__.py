"""Earlier designs of KVM in which a bug was introduced, each without that bug: one design a file."""
