"""Pictures drawn on the server: plain values in, shapes with coordinates out. Floats live here only."""
