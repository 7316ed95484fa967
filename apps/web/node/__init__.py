"""The page of one orchestrator: each section's figures, and how they come together."""
