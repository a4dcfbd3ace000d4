import json

import anndata
import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from vaebio.cli.main import main


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Logarithms with the counts in a layer, and a table of counts with its annotation."""
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(3)
    counts = rng.poisson(rng.gamma(0.6, 8, 40), (80, 40)).astype(float)
    obs = pd.DataFrame(
        {"cell_type": ["T cell", "B cell"] * 40, "donor": list("pqrs") * 20},
        index=[f"AAACCTGAGATAGGAG-{i}" for i in range(80)],
    )
    var = pd.DataFrame(index=[f"ENSG{i:011}" for i in range(40)])
    logs = anndata.AnnData(sparse.csr_matrix(np.log1p(counts)), obs=obs, var=var)
    logs.layers["counts"] = sparse.csr_matrix(counts)
    logs.obsm["X_pca"] = counts[:, :3]
    logs.write_h5ad("logs.h5ad")
    pd.DataFrame(counts.T, var.index, obs.index).to_csv("turned.csv")
    obs.to_csv("cells.csv")
    return tmp_path


def test_a_page_of_plain_text_says_what_there_is(folder, capsys):
    assert main(["inspect", "logs.h5ad"]) == 0
    page = capsys.readouterr()
    for part in (
        "logs.h5ad",
        "80, named like cell barcodes: AAACCTGAGATAGGAG-0",
        "40, named like Ensembl identifiers: ENSG",
        "observations_by_features: row names look like cell barcodes",
        "layers[`counts`]",
        "obsm[`X_pca`]",
        "so took the layer `counts`",
        "Columns that could be the label",
        "Columns that could be the technical batch",
        "Every class of `donor` holds one class of `cell_type` only",
        "Next: vaebio init logs.h5ad --label COLUMN",
    ):
        assert part in page.out, part
    assert max(map(len, page.out.splitlines())) <= 100
    assert page.err == ""


def test_the_layer_that_is_asked_for_is_looked_at(folder, capsys):
    assert main(["inspect", "logs.h5ad", "--layer", "X"]) == 0
    page = capsys.readouterr().out
    assert "continuous:" in page
    assert "These values are no counts, but layers[`counts`] may be" in page
    assert "vaebio init logs.h5ad --layer X" in page


def test_json_says_the_same_to_programs(folder, capsys):
    assert main(["inspect", "turned.csv", "--annotation", "cells.csv", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["observations"], found["features"]) == (80, 40)
    assert (found["kind"], found["orientation"]) == ("counts", "features_by_observations")
    assert (found["low"], found["missing"], found["whole"]) == (0, 0, True)
    table = pd.read_csv("turned.csv", index_col=0).to_numpy()
    assert found["high"] == table.max()
    assert found["zero_share"] == pytest.approx((table == 0).mean())
    assert found["totals"][2] == np.median(table.sum(axis=0))
    assert {c["column"]: c["role"] for c in found["candidates"]} == {
        "cell_type": "label",
        "donor": "batch",
    }
    assert found["dense_bytes"] == 4 * 80 * 40


def test_json_has_no_number_that_json_lacks(folder, capsys):
    values = np.full((12, 3), np.nan)
    anndata.AnnData(values).write_h5ad("nothing.h5ad")
    assert main(["inspect", "nothing.h5ad", "--json"]) == 0
    text = capsys.readouterr().out
    assert "NaN" not in text
    assert "Infinity" not in text
    assert json.loads(text)["low"] is json.loads(text)["kind"] is None
    assert main(["inspect", "nothing.h5ad"]) == 0
    page = capsys.readouterr().out
    assert "36 values (100.0 %), in 3 features and 12 observations" in page
    assert "cannot tell: there is no value to judge by" in page


def test_the_next_command_repeats_what_was_given(folder, capsys):
    words = ["turned.csv", "--annotation", "cells.csv"]
    words += ["--orientation", "features_by_observations"]
    assert main(["inspect", *words]) == 0
    assert f"vaebio init {' '.join(words)} --label COLUMN" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["logs.h5a"], "did you mean `logs.h5ad`"),
        (["turned.csv", "--annotation", "cell.csv"], "did you mean `cells.csv`"),
        (["logs.h5ad", "--orientation", "features"], "features_by_observations"),
        (["logs.h5ad", "--layer", "count"], "did you mean `counts`"),
        (["turned.csv", "--layer", "counts"], "has no layer to choose"),
        (["cells.csv"], "`T cell` in line 2"),
    ],
)
def test_what_cannot_be_read_is_three_lines_and_exit_code_2(folder, capsys, words, found):
    assert main(["inspect", *words]) == 2
    page = capsys.readouterr()
    assert [line.split(":")[0] for line in page.err.splitlines()] == ["Found", "Expected", "Hint"]
    assert found in page.err
    assert page.out == ""
