"""Options and fixtures of the whole suite."""

import importlib.util
import os
from pathlib import Path

import pytest
import torch

from tests import shapes  # before anything that it checks

ROOT = Path(__file__).parents[1]
WORKFLOW = "workflow"
CHROMIUM, DRIVER = Path("/usr/bin/chromium"), Path("/usr/bin/chromedriver")

# The models of the tests are tiny: more threads would only wait for each other.
torch.set_num_threads(1)


def pytest_addoption(parser):
    parser.addoption("--device", default="cpu", help="torch device of the model's tests")


def pytest_collection_modifyitems(config, items):
    """Runs of Snakemake go first and to one worker: they are the longest, and share their results.

    All else stays together by file, since what a file has prepared serves all of its tests.
    """
    items.sort(key=lambda item: _group(item) != WORKFLOW)
    if config.pluginmanager.hasplugin("xdist"):
        for item in items:
            item.add_marker(pytest.mark.xdist_group(_group(item)))


def _group(item):
    return WORKFLOW if item.path.parent.name == WORKFLOW else str(item.path)


@pytest.fixture(autouse=True)
def _shapes_are_checked_in_every_test():
    shapes.forget()


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


@pytest.fixture(scope="session")
def browser():
    """Headless Chromium; skipped where it is missing, unless VAEBIO_REQUIRE_BROWSER is set."""
    if not (CHROMIUM.exists() and DRIVER.exists()):
        reason = f"no {CHROMIUM} with {DRIVER}: apt-get install chromium chromium-driver"
        if os.environ.get("VAEBIO_REQUIRE_BROWSER"):
            pytest.fail(reason)
        pytest.skip(reason)
    # Imported here, so that the tests of the model run where there is no browser and no report.
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = str(CHROMIUM)
    for argument in (
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--window-size=1300,1000",
        "--force-prefers-reduced-motion",
    ):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(executable_path=str(DRIVER)))
    yield driver
    driver.quit()


def _synthetic():
    path = ROOT / "tests" / "report" / "synthetic.py"
    spec = importlib.util.spec_from_file_location("synthetic", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def results_folder():
    """Writer of a results folder: `results_folder(path, seeds=(0,), ...)`."""
    return _synthetic().results_folder


@pytest.fixture(scope="session")
def read_folder():
    """Reader of such a folder, as the page reads it."""
    from vaebio.report.diagnosis import TABLES
    from vaebio.report.read import OPTIONAL, read_results

    def read(folder):
        made = {name: folder / f"{name}.tsv" for name in TABLES}
        made["prescription"] = folder / "prescription.yaml"
        others = {name: folder / f"{name}.tsv" for name in OPTIONAL if name != "audit"}
        return read_results(
            members=folder / "members.tsv",
            history=folder / "history.tsv",
            metrics=folder / "metrics.tsv",
            units=folder / "units.tsv",
            prepared=folder / "prepared.json",
            settings=folder / "settings.yaml",
            timing=folder / "timing",
            diagnosis={name: path for name, path in made.items() if path.exists()},
            **{name: path for name, path in others.items() if path.exists()},
        )

    return read
