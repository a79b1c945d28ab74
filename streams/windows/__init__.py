"""Provides windows over the records of one shard, by key: pure data structures that applications compose."""
