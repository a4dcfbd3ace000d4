"""The benchmark of the measures of integration, at small size and on planted figures."""

from pathlib import Path

import anndata
import numpy as np

ROOT = Path(__file__).parents[2]


def test_members_are_trained_and_their_latents_measured(monkeypatch, tmp_path):
    monkeypatch.syspath_prepend(ROOT)
    from benchmarks import batch_measures as benchmark

    rng = np.random.default_rng(0)
    raw = anndata.AnnData(rng.poisson(3, size=(120, 20)).astype(np.float32))
    raw.obs["site"], raw.obs["type"] = np.tile(["x", "y"], 60), np.repeat(["a", "b"], 60)
    raw.write_h5ad(tmp_path / "raw.h5ad")
    words = [str(tmp_path / "raw.h5ad"), "--label", "type", "--batch", "site"]
    words += ["--latents", "2", "3", "--betas", "1", "--epochs", "3"]
    options = benchmark.parser().parse_args(words)
    assert benchmark.trained(options, tmp_path / "latents.npz") == ["k2-b1-s0", "k3-b1-s0"]
    stored = dict(np.load(tmp_path / "latents.npz"))
    given = [stored.pop(key) for key in ("x", "batch", "label")]
    assert stored["k3-b1-s0"].shape == (120, 3)
    found = benchmark.of_vaebio(*given, stored)
    assert all(set(values) == set(benchmark.NAMES) for values in found.values())
    assert all(None not in values.values() for values in found.values())


def test_ratios_are_taken_within_a_turn_and_differences_are_the_largest(monkeypatch):
    monkeypatch.syspath_prepend(ROOT)
    from benchmarks import batch_measures as benchmark

    def turn(*seconds):
        values = [
            {m: dict.fromkeys(benchmark.NAMES, v) for m in ("one", "two")} for v in (0.5, 0.75, 0.5)
        ]
        return {
            name: {"seconds": s, "processor_seconds": 2 * s, "values": v}
            for name, s, v in zip(benchmark.CONTESTANTS, seconds, values, strict=True)
        }

    found = benchmark.figures([turn(1.0, 4.0, 2.0), turn(10.0, 60.0, 40.0)])
    assert found["seconds"]["faster_by"] == {benchmark.THEIRS: 5.0, benchmark.EXACT: 3.0}
    assert found["seconds"][benchmark.OURS] == {"min": 1.0, "median": 5.5, "max": 10.0}
    assert set(found["largest_difference"][benchmark.THEIRS].values()) == {0.25}
    assert set(found["largest_difference"][benchmark.EXACT].values()) == {0.0}
