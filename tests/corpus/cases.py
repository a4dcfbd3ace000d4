"""All cases, in the order of the table."""

from importlib import import_module

from .case import CASES

for part in ("files", "formats", "values", "annotation", "split", "sheet", "settings", "places"):
    import_module(f".cases_{part}", __package__)

__all__ = ["CASES"]
