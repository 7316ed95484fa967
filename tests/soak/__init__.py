"""The indexer against a chain, its providers and a database that all go wrong, by seed."""
