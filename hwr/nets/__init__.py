"""The networks: encoder, heads, and the two together. They know tensors, no text."""
