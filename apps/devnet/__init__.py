"""A Livepeer network of our own on a local chain: real contracts, a cast of actors, a history and a present."""
