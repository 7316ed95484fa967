"""The back-test: would the method have told, at each past round, what came after? Pure; rows come from `histories`."""
