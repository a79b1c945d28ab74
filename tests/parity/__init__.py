"""Judges the export to Flink SQL on PyFlink's local cluster: `make parity`. It is no part of `make test`."""
