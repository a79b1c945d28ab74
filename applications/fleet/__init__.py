"""Makes up the status records of a fleet of unicorns, the stream of the Wild Rydes workshop."""
