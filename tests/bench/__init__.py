"""Measurements. `make bench` prints one line per figure: name, value, unit. Nothing here passes or fails."""
