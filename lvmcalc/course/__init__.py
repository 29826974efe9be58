"""The homework that the notebooks follow, line by line."""
