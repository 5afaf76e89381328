"""From an experiment file to a trained model. The only part that imports Lightning."""
