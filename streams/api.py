"""What streams publishes to the rooms above: streams, records, readers and dead letters, by name."""
