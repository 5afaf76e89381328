"""Pictures: opened from any common file, and brought to the form that networks read."""
