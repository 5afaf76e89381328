"""From log-probabilities to symbols with their place and confidence. Knows no network."""
