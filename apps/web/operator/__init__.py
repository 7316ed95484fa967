"""The page of a signed-in operator."""
