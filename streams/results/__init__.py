"""What processors find and sinks keep: plain data, a file for each domain."""
