"""The plan page: intentions in plain words, the preview of what would be signed, and what became of it."""
