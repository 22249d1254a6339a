"""What people write: scenarios and scripts, their loaders, and what plays them."""
