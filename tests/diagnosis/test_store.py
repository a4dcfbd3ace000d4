"""What `vaebio train` has stored is what the probes find."""

import anndata
import numpy as np
import pytest
import torch

from vaebio.cli.inputs import inputs_of, read_prepared
from vaebio.cli.main import main
from vaebio.data.constants import Preparation
from vaebio.diagnosis.bench import Bench, Trial
from vaebio.training import job
from vaebio.training.store import load

SETTINGS = """
model: {encoder: [6], decoder: [6]}
grid: {betas: [1], latents: [2], seeds: [0]}
train: {epochs: 2, warmup: 1, minibatch: 16, device: cpu, ignore_imputed: IGNORED}
"""


@pytest.mark.parametrize("ignored", ["true", "false"])
def test_a_member_of_the_grid_is_not_trained_again(tmp_path, monkeypatch, ignored):
    rng = np.random.default_rng(0)
    x = (rng.normal(size=(80, 2)) @ rng.normal(size=(2, 12)) + rng.normal(size=(80, 12))) * 3
    x[5:9, 2] = np.nan
    anndata.AnnData(x.astype(np.float32)).write_h5ad(tmp_path / "raw.h5ad")
    prepared, settings = tmp_path / "prepared.h5ad", tmp_path / "settings.yaml"
    words = ["prepare", str(tmp_path / "raw.h5ad"), "--kind", "continuous"]
    out = ["--prepared", str(prepared), "--summary", str(tmp_path / "s.json")]
    assert main(words + out) == 0
    settings.write_text(SETTINGS.replace("IGNORED", ignored))
    store, members = tmp_path / "store", tmp_path / "members.tsv"
    places = ["--settings", str(settings), "--store", str(store), "--members", str(members)]
    assert main(["train", str(prepared), *places]) == 0

    adata = read_prepared(prepared)
    splits = {s: (adata.obs["split"] == s).to_numpy() for s in ("train", "validation", "test")}
    data = {split: inputs_of(adata).take(rows) for split, rows in splits.items()}
    key = members.read_text().splitlines()[1].split("\t")[1]
    member = load(store / key)
    text = Preparation.of(adata).to_json()
    bench = Bench(store, data, text, torch.device("cpu"), 10**9, warn=pytest.fail)

    def never(*_):
        raise AssertionError("trained again")

    monkeypatch.setattr(job, "fit", never)
    [found] = bench.train([Trial(member.member, member.architecture, member.training)])
    assert (found.key, found.epochs) == (key, 2)
