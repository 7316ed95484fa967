"""What machines ask of a process: does it live, is it ready, how is it doing."""
