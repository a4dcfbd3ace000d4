"""vaebio: a whole grid of VAEs on omics data, measured honestly, with the cause of their error."""

from importlib.metadata import version
from typing import Any

__version__ = version("vaebio")
__all__ = ["__version__", "load"]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - the type depends on the name
    """Import torch only for those who load a model: the command line must start at once."""
    if name == "load":
        from vaebio.saved import load

        return load
    raise AttributeError(f"module 'vaebio' has no attribute {name!r}")
