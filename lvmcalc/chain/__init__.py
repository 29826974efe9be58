"""A scalar as named stages: its values, its adjoints, and the evidence for each stage."""
