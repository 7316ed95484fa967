"""Off-chain sources in turn: which there are, who reads one when, and how what they say becomes rows."""
