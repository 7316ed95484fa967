"""By seed: the indexer against a chain, providers and a database that all go wrong; plans among other people."""
