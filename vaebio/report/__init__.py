"""Tidy tables in, self-contained HTML out. Imports neither torch nor scanpy."""
