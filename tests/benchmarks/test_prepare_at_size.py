"""The benchmark of preparing, at small size: what it simulates and what it tells."""

import json
from pathlib import Path

import numpy as np
import pytest
from anndata import read_h5ad

ROOT = Path(__file__).parents[2]


@pytest.fixture
def benchmark(monkeypatch):
    monkeypatch.syspath_prepend(ROOT)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    from benchmarks import prepare_at_size

    return prepare_at_size


def test_simulated_counts_have_the_density_and_programs(benchmark, tmp_path):
    told = benchmark.simulate(tmp_path / "s.h5ad", 5000, 300, 0.2)
    x = read_h5ad(tmp_path / "s.h5ad").X
    assert x.shape == (5000, 300)
    assert told["density"] == pytest.approx(x.nnz / x.shape[0] / x.shape[1])
    assert 0.15 < told["density"] < 0.25
    assert x.has_sorted_indices
    assert np.array_equal(x.data, np.rint(x.data))
    assert x.data.min() == 1
    shares = x.toarray() / x.sum(axis=1).A1[:, None]
    values = np.linalg.svd(shares - shares.mean(axis=0), compute_uv=False)
    assert values[0] > 2 * values[benchmark.PROGRAMS]


def test_the_figures_agree(benchmark, tmp_path, capsys):
    sizes = ["--observations", "3000", "--features", "400", "--keep", "100"]
    benchmark.main([*sizes, "--folder", str(tmp_path), "--json", str(tmp_path / "out.json")])
    result = json.loads((tmp_path / "out.json").read_text())
    assert json.loads(capsys.readouterr().out) == result
    figures = result["figures"]
    passes = figures["seconds_of_first_pass"] + figures["seconds_of_second_pass"]
    assert passes <= figures["seconds"] + 1
    assert figures["bytes_read"] > 2 * result["simulated"]["bytes"]
    assert figures["peak_resident_bytes"] > 1e8
    assert [p.name for p in tmp_path.iterdir()] == ["out.json"]
