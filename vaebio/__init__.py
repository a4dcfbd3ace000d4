"""vaebio: a whole grid of VAEs on omics data, measured honestly, with the cause of their error."""

from importlib.metadata import version
from typing import Any

__all__ = ["__version__", "load"]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - the type depends on the name
    """Look things up when they are asked for.

    The version, so that the model floors run from a source tree that is not installed; `load`,
    because it imports torch and the command line must start at once.
    """
    if name == "__version__":
        return version("vaebio")
    if name == "load":
        from vaebio.saved import load

        return load
    raise AttributeError(f"module 'vaebio' has no attribute {name!r}")
