"""The words on the preparation, against preparations that ran."""

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from anndata import AnnData
from pydantic import ValidationError
from scipy import sparse

from vaebio.data.constants import Preparation
from vaebio.data.prepare import prepare
from vaebio.data.raw import Raw
from vaebio.data.read import read
from vaebio.data.summary import summary
from vaebio.errors import VaebioError
from vaebio.report import data_facts, methods_data
from vaebio.report.grid_views import grid
from vaebio.report.limits import limits
from vaebio.report.methods import paragraphs
from vaebio.report.references import Citations
from vaebio.settings import Prepare, Report, Split

N, WIDTH = 90, 40
KINDS = ("counts", "continuous", "intensity", "fraction", "binary")


def values_of(kind):
    """Values of a kind with some that are missing, rare or constant, as real ones have them."""
    rng = np.random.default_rng(3)
    if kind == "counts":
        counts = rng.poisson(rng.gamma(0.4, 2.0, WIDTH) * rng.lognormal(size=(N, 1)))
        return sparse.csr_matrix(counts.astype(float))
    if kind == "binary":
        ones = rng.random((N, WIDTH)) < np.linspace(0, 0.4, WIDTH)
        ones[0] = False
        return sparse.csr_matrix(ones.astype(float))
    values = {
        "continuous": rng.normal(size=(N, WIDTH)) * rng.gamma(1.0, size=WIDTH),
        "intensity": rng.lognormal(rng.normal(9, 2, WIDTH), 1.0, (N, WIDTH)),
        "fraction": rng.beta(0.5, 0.7, (N, WIDTH)),
    }[kind]
    values[rng.random((N, WIDTH)) < np.linspace(0, 0.6, WIDTH)] = np.nan
    return values


def raw_of(kind):
    rng = np.random.default_rng(4)
    obs = pd.DataFrame(
        {
            "type": rng.choice(["a", "b", "c"], N),
            "donor": rng.choice([f"d{i}" for i in range(12)], N),
            "plate": rng.choice([f"p{i}" for i in range(6)], N),
            "fold": np.repeat(["train", "val", "test"], [60, 15, 15]),
            "halves": np.repeat(["train", "test"], [60, 30]),
        },
        index=[f"o{i}" for i in range(N)],
    )
    names = pd.Index([f"f{i}" for i in range(WIDTH)])
    return Raw.of(AnnData(values_of(kind), obs=obs, var=pd.DataFrame(index=names)))


@pytest.fixture
def ran(small, tmp_path):
    """A function that prepares and gives the results as their page is made of, and what ran."""

    def run(kind, label="type", **settings):
        made = Prepare(**settings)
        prepared = prepare(
            raw_of(kind), tmp_path / "p.h5ad", label=label, batch="plate", kind=kind,
            settings=made, name="d",
        )  # fmt: skip
        facts = summary(prepared, matrix="builtin:pbmc68k", annotation="")
        config = small.config.model_copy(
            update={"prepare": made, "report": Report(observations="cells", features="proteins")}
        )
        return replace(small, prepared=facts, config=config), fingerprint(prepared, tmp_path)

    return run


def fingerprint(prepared, folder):
    """All that a member can see of a preparation."""
    import h5py

    with h5py.File(folder / "p.h5ad") as file:
        x = file["X"]
        parts = [x[...]] if hasattr(x, "shape") else [x[key][...] for key in sorted(x)]
    constants = vars(Preparation.of(prepared)) | {"imputation": None}
    split = zip(prepared.obs_names, prepared.obs["split"], strict=True)
    return [[np.asarray(p).tolist() for p in parts], list(split), repr(constants)]


def text_of(results):
    return methods_data.paragraph(results, Citations())


BASE = {"features": 25}
CHANGES = {
    "split": [
        {"split": Split(by="group", group="donor")},
        {"split": Split(by="batch")},
        {"split": Split(by="column", column="fold")},
        {"split": Split(by="column", column="halves")},
        {"split": Split(train=0.6, validation=0.2, test=0.2)},
        {"split": Split(seed=1)},
    ],
    "transform": [{"transform": "none"}],
    "binarise": [{"binarise": True}],
    "min_features": [{"min_features": 0}, {"min_features": 12}],
    "min_observations": [{"min_observations": 0}, {"min_observations": 9}],
    "target_total": [{"target_total": 500}],
    "max_missing": [{"max_missing": 0.3}],
    "impute": [{"impute": "median"}, {"impute": "knn"}],
    "features": [{"features": 10}, {"features": 2000}],
    "select": [{"select": s} for s in ("seurat_v3", "pearson", "variance", "mad", "none")],
    "scale": [{"scale": False}],
    "clip": [{"clip": 3.0}, {"clip": None}],
}


def test_every_setting_is_asked_about():
    """`layer`, `modality` and `genome` are told by what reads the file."""
    assert set(CHANGES) | {"layer", "modality", "genome"} == set(Prepare.model_fields)


@pytest.mark.parametrize("setting", CHANGES)
def test_a_setting_that_changes_what_ran_changes_the_text(ran, setting):
    told = 0
    for kind in KINDS:
        base, seen = ran(kind, **BASE)
        for change in CHANGES[setting]:
            try:
                other, seen_now = ran(kind, **BASE | change)
            except (VaebioError, ValidationError):
                continue
            if seen_now != seen:
                assert text_of(other) != text_of(base), (kind, change)
                told += 1
    assert told, "the setting never changed what ran"


@pytest.mark.parametrize("kind", KINDS)
def test_numbers_are_those_of_the_steps(ran, kind):
    results, _ = ran(kind, **BASE)
    steps = [
        s for s in results.prepared["steps"] if s.startswith(("Dropped", "Filled", "Kept the"))
    ]
    assert steps
    text = text_of(results)
    for step in steps:
        for number in re.findall(r"\d[\d,.]*\d|\d", step.split("(seurat_v3)")[0]):
            if number not in ("0", "1"):
                assert number in text, step


SAID = {
    "counts": ("common total of 10,000", "log(1 + x)", "seurat_v3", "detected in fewer than 3"),
    "continuous": ("no value was transformed", "medians of the proteins", "highest variance"),
    "intensity": ("logarithm of base 2", "half of the smallest intensities", "missing in more"),
    "fraction": ("log2((b + 0.001) / (1 − b + 0.001)) [1]", "medians of the proteins"),
    "binary": ("no value was transformed", "detected in fewer than 3", "highest variance"),
}
OWN = {
    "common total": {"counts"},
    "log(1 + x)": {"counts"},
    "seurat_v3": {"counts"},
    "logarithm": {"intensity"},
    "half of the smallest": {"intensity"},
    "M-values": {"fraction"},
    "were filled in": {"continuous", "intensity", "fraction"},
    "missing in more": {"continuous", "intensity", "fraction"},
    "detected in fewer": {"counts", "binary"},
    "dispersion": set(),
}


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_told_as_it_is_prepared_and_as_no_other(ran, kind):
    text = text_of(ran(kind, **BASE)[0])
    assert all(words in text for words in SAID[kind]), text
    for words, kinds in OWN.items():
        assert (words in text) == (kind in kinds), (words, text)


@pytest.mark.parametrize("kind", KINDS)
def test_rows_and_columns_are_called_what_the_user_calls_them(ran, kind):
    results, _ = ran(kind, **BASE)
    told = [text_of(results), *(" ".join(fact) for fact in data_facts.facts(results))]
    assert not re.search(r"observation|feature|genes|  |\.\.", " ".join(told))


@pytest.mark.parametrize(
    ("settings", "source"),
    [
        ({}, "stuart2019"),
        ({"select": "pearson"}, "lause2021"),
        ({"select": "variance"}, ""),
        ({"features": 2000}, ""),
    ],
)
def test_the_measure_that_chose_is_cited_and_no_other(ran, settings, source):
    citations = Citations()
    methods_data.paragraph(ran("counts", **BASE | settings)[0], citations)
    assert citations.keys == [source] * bool(source)


def test_nearest_neighbours_are_cited(ran):
    citations = Citations()
    text = methods_data.paragraph(ran("continuous", impute="knn")[0], citations)
    assert citations.keys == ["troyanskaya2001"] and "5 nearest train cells" in text


@pytest.mark.parametrize(
    ("label", "split", "said", "unsaid"),
    [
        ("type", {}, "stratified by the label type (shares 0.7, 0.15 and 0.15; seed 0)", "group"),
        ("", {}, "at random (shares", "stratified"),
        ("type", {"by": "group", "group": "donor"}, "of the groups of donor is in", "stratified"),
        ("type", {"by": "batch"}, "groups of plate is in two", "random"),
        ("type", {"by": "column", "column": "fold"}, "as the column fold of the", "seed"),
        (
            "type",
            {"by": "column", "column": "halves", "seed": 7},
            "17.6 % of its train cells were taken, stratified by type (seed 7)",
            "shares",
        ),
    ],
)
def test_each_way_to_split_is_told_as_it_ran(ran, label, split, said, unsaid):
    results, _ = ran("continuous", label, split=Split(**split))
    text = methods_data.division(results)
    assert said in text and unsaid not in text
    sizes = [f"{name} ({n})" for name, n in results.prepared["split"].items()]
    assert all(size in text_of(results) for size in sizes)


def test_where_values_were_missing_every_error_says_so(ran):
    for kind in ("intensity", "counts"):
        results, _ = ran(kind)
        has = kind == "intensity"
        share = f"{100 * results.prepared['account']['missing_share']:.3g} %"
        assert not has or 0 < results.prepared["account"]["missing_share"] < 0.5
        errors = {v.choice["measure"]: v.reading for v in grid(results).views}
        assert (f"{share} were missing" in errors["MSE"]) == has
        assert "missing" not in errors["Rate (KL)"]
        text = " ".join(paragraphs(results, Citations()))
        assert ("over the values that were measured" in text) == has
        assert ("no part in the distortion" in text) == has
        assert any("were missing" in line for line in limits(results)) == has
        assert ("missing" in {fact.name for fact in data_facts.facts(results)}) == has


def test_values_that_were_reconstructed_like_measured_ones_are_told(ran):
    results, _ = ran("intensity")
    train = results.config.train.model_copy(update={"ignore_imputed": False})
    config = results.config.model_copy(update={"train": train})
    text = " ".join(paragraphs(replace(results, config=config), Citations()))
    assert "reconstructed in training like those measured" in text
    assert "no part in the distortion" not in text


def test_what_was_taken_of_a_file_is_told_without_its_folder(ran, tmp_path):
    raw, path = raw_of("counts"), tmp_path / "some" / "x.h5ad"
    path.parent.mkdir()
    AnnData(np.log1p(raw.x.toarray()), obs=raw.obs, layers={"umi": raw.x}).write_h5ad(path)
    results, _ = ran("counts")
    found = read(str(path), layer="umi")
    prepared = prepare(
        found, tmp_path / "q.h5ad", label="", batch="", kind="auto", settings=Prepare(), name="d"
    )
    facts = summary(prepared, matrix=str(path), annotation="")
    text = text_of(replace(results, prepared=facts))
    assert "(h5ad, x.h5ad)" in text and "On reading: took the values of the layer umi" in text
    assert str(tmp_path) not in text


def test_a_regression_that_was_no_ordinary_one_is_told(ran):
    results, _ = ran("counts", **BASE)
    account = results.prepared["account"] | {"selection_note": "Took a span of 0.5."}
    prepared = results.prepared | {"account": account}
    assert "on train [1] were kept. Took a span of 0.5." in text_of(
        replace(results, prepared=prepared)
    )


@pytest.mark.parametrize(
    ("kind", "settings", "said"),
    [
        ("counts", {"min_features": 12}, "cells with fewer than 12 detected proteins ("),
        ("counts", {"min_features": 1}, "cells without any detected proteins ("),
        ("intensity", {"max_missing": 0.3}, "missing in more than 30 % of the train cells ("),
        (
            "counts",
            {"features": 9, "select": "variance"},
            "the 9 with the highest variance of their normalised logarithms on train were kept",
        ),
        (
            "continuous",
            {"features": 9, "select": "mad"},
            "the 9 with the highest median absolute deviation on train were kept",
        ),
    ],
)
def test_the_values_of_settings_stand_in_the_text(ran, kind, settings, said):
    assert said in text_of(ran(kind, **settings)[0])


def test_observations_whose_values_are_all_of_other_features_are_told(ran):
    """They lack a value in what was kept, and the numbers of the rest add up."""
    results, _ = ran("continuous")
    text = text_of(results)
    assert "measured value" not in text
    facts = results.prepared
    account = facts["account"] | {"uncounted": 3}
    lost = facts | {"account": account, "observations_in": facts["observations"] + 3}
    told = text_of(replace(results, prepared=lost))
    assert "cells without a measured value in the proteins that were left (3)" in told
    assert "cells without any value" not in told
