"""Millrace as it is deployed: real nginx, both uWSGI pools and uvicorn on loopback, by the files of deploy/.

Each module is a benchmark of its own; `python -m benchmarks deploy` runs them all.
"""
