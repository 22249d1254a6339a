"""Tools for those who test aiovgic: random scripts, and the oracle that answers them."""
