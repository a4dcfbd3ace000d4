"""Options and fixtures of the whole suite."""

import os
from pathlib import Path

import pytest
import torch

ROOT = Path(__file__).parents[1]


def pytest_addoption(parser):
    parser.addoption("--device", default="cpu", help="torch device of the model's tests")


@pytest.fixture(scope="session")
def device(request):
    return torch.device(request.config.getoption("--device"))


@pytest.fixture(scope="session")
def shared_data():
    """Folder of real data sets that are not part of the repository."""
    folder = Path(os.environ.get("VAEBIO_TEST_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        missing = f"no real data at {folder}; set VAEBIO_TEST_DATA"
        (pytest.fail if os.environ.get("VAEBIO_REQUIRE_DATA") else pytest.skip)(missing)
    return folder
