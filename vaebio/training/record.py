"""What is kept beside the weights of a member of how they came to be."""

from typing import Any

import torch

from vaebio import __version__


def record(settings: dict[str, Any]) -> dict[str, Any]:
    """Versions and settings, as they go to the JSON of a member in the store."""
    return {"vaebio": __version__, "torch": torch.__version__, "settings": settings}
