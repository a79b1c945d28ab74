"""Runs applications that are a text: scripts in the SQL dialect of Amazon Kinesis Data Analytics."""
