"""The operations of the Kinesis API, one module for each kind."""
