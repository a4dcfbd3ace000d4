import importlib.util
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def results_folder():
    """Writer of a results folder with made-up numbers."""
    path = Path(__file__).parents[1] / "report" / "synthetic.py"
    spec = importlib.util.spec_from_file_location("synthetic", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.results_folder
