"""Cadres one by one, and the record of each."""
