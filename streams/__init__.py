"""The pipe: sources → stream → processors → sinks. Imports no other app."""
