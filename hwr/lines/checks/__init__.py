"""What may be wrong with lines and texts of one's own, and lists of those that are not."""
