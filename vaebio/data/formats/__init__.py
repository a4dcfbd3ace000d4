"""Readers of files: one module a family of forms, each from a path to a `Raw` as it lies there."""
