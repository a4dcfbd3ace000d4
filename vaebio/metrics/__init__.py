"""Measures: arrays in, numbers out. One idea per file."""
