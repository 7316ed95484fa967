"""What claims point to: read from the links as they are signed, looked at by machine, and compared with one another."""
