"""Optimise a value step by step: problems, optimisers, the trainer, and the data."""
