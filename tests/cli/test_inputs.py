"""What the verbs take from a prepared data set."""

import anndata
import numpy as np
import pandas as pd
import pytest

from vaebio.cli.inputs import inputs_of, read_prepared
from vaebio.cli.main import main


@pytest.fixture
def prepared(tmp_path):
    """Continuous values some of which were missing and have been filled in."""
    rng = np.random.default_rng(0)
    values = rng.normal(size=(60, 8)).astype(np.float32)
    values[rng.random(values.shape) < 0.2] = np.nan
    anndata.AnnData(values).write_h5ad(tmp_path / "raw.h5ad")
    words = ["prepare", str(tmp_path / "raw.h5ad"), "--kind", "continuous"]
    out = ["--prepared", str(tmp_path / "p.h5ad"), "--summary", str(tmp_path / "s.json")]
    assert main(words + out) == 0
    return tmp_path / "p.h5ad"


def history(prepared, ignore):
    place = prepared.parent / ignore
    place.mkdir()
    (place / "s.yaml").write_text(
        "model: {encoder: [8], decoder: [8]}\n"
        "grid: {betas: [1], latents: [2], seeds: [0], autoencoders: false}\n"
        f"train: {{epochs: 2, warmup: 1, device: cpu, ignore_imputed: {ignore}}}\n"
    )
    settings, store, members = (str(place / name) for name in ("s.yaml", "store", "members.tsv"))
    words = ["train", str(prepared), "--settings", settings, "--store", store]
    assert main([*words, "--members", members]) == 0
    (found,) = (place / "store").glob("*/history.tsv")
    return found.parent.name, pd.read_csv(found, sep="\t")


def test_what_was_filled_in_has_a_say_in_the_loss_when_it_shall(prepared):
    adata = read_prepared(prepared)
    assert (inputs_of(adata).imputed != adata.layers["imputed"]).nnz == 0
    assert inputs_of(adata, ignore_imputed=False).imputed is None
    (key, ignored), (other, counted) = (history(prepared, word) for word in ("true", "false"))
    assert key != other, "one member would stand for the other in the store"
    assert (counted["distortion_nats"] > ignored["distortion_nats"]).all()
