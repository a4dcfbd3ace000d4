"""The tables of choosing, from a real run."""

import anndata
import pandas as pd
import pytest

from vaebio.terms import COLUMNS
from vaebio.terms.choosing import CHOICES, STABILITY


@pytest.fixture
def results(finished):
    return finished.folder / "results" / "pbmc"


def table(results, name):
    found = pd.read_csv(results / name, sep="\t", keep_default_na=False)
    assert tuple(found.columns) == COLUMNS[name] and len(found)
    return found


def test_choices_name_members_and_repeat_their_measures(results):
    found = table(results, "choices.tsv").set_index("choice")
    assert list(found.index) == list(CHOICES)
    keys = ["member", "measure", "split"]
    metrics = pd.read_csv(results / "metrics.tsv", sep="\t").set_index(keys)["value"]
    members = set(pd.read_csv(results / "members.tsv", sep="\t")["member"])
    for name, row in found[found["member"] != ""].iterrows():
        assert row["member"] in members, name
        told = metrics[row["member"], row["measure"], row["split"]]
        assert float(row["value"]) == pytest.approx(told)
    assert (found["reason"] != "").all()
    assert set(found.index[found["member"] != ""]) >= set(CHOICES) - {"knee"}


def test_combinations_are_those_of_the_members(results):
    members = pd.read_csv(results / "members.tsv", sep="\t")["member"]
    combinations = {name.rpartition("-s")[0] for name in members}
    stable = table(results, "stability.tsv")
    assert set(stable["combination"]) == combinations
    assert len(stable) == len(combinations) * len(STABILITY) * 2
    differences = table(results, "differences.tsv")
    pairs = set(zip(differences["combination"], differences["against"], strict=True))
    assert pairs == {(c, c.replace("-b5", "-b0.5")) for c in combinations if c.endswith("-b5")}
    assert set(differences["seeds"]) == {2}


def test_the_errors_of_observations_are_those_of_the_measures(results):
    found = anndata.read_h5ad(results / "embeddings.h5ad")
    metrics = pd.read_csv(results / "metrics.tsv", sep="\t")
    mse = metrics[metrics["measure"] == "mse"].set_index(["member", "split"])["value"]
    means = found.obsm["mse"].groupby(found.obs["split"], observed=True).mean()
    for member in found.obsm["mse"]:
        for split in ("train", "validation", "test"):
            assert means.loc[split, member] == pytest.approx(mse[member, split], rel=1e-5)
