"""Judges claimed contributions: who is related to whom, what each word weighs, and what that makes of a claim."""
