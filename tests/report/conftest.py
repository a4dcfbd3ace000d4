import importlib.util
from pathlib import Path

import pytest

from vaebio.report.read import read_results


def _synthetic():
    path = Path(__file__).with_name("synthetic.py")
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

    def read(folder):
        return read_results(
            members=folder / "members.tsv",
            history=folder / "history.tsv",
            metrics=folder / "metrics.tsv",
            units=folder / "units.tsv",
            prepared=folder / "prepared.json",
            settings=folder / "settings.yaml",
            timing=folder / "timing",
        )

    return read


@pytest.fixture(scope="session")
def small(results_folder, read_folder, tmp_path_factory):
    """2 betas x 2 latents x 3 seeds, one member diverged."""
    folder = tmp_path_factory.mktemp("small")
    return read_folder(
        results_folder(folder, betas=(0.3, 3.0), latents=(2, 8), epochs=30, diverged=("k2-b3-s1",))
    )


@pytest.fixture(scope="session")
def alone(results_folder, read_folder, tmp_path_factory):
    """One member, without a label."""
    folder = tmp_path_factory.mktemp("alone")
    return read_folder(
        results_folder(folder, betas=(1.0,), latents=(8,), seeds=(0,), epochs=30, labels=False)
    )
