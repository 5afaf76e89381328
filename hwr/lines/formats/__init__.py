"""Ways in which line pictures and their texts are kept, each a small module."""
