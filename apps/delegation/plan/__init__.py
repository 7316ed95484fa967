"""From what a reader wants to exact calls: pure decisions on a state of the chain, no chain and no database."""
