"""The doors in: the Kinesis API, HTTP, files and tails. Each puts into a stream and tells the fate of each record."""
