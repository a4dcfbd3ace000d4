"""Counts are found where they are, and nothing else is taken for them: planted files."""

import numpy as np
import pandas as pd
import pytest
from anndata import AnnData
from scipy import sparse

from vaebio.data.inspect import inspect
from vaebio.data.read import read
from vaebio.errors import VaebioError


def whole(raw):
    x = raw.x[0 : raw.shape[0]]
    return x.toarray() if sparse.issparse(x) else x


@pytest.fixture
def counts(rng):
    return rng.poisson(1.5, size=(30, 12)).astype(float)


@pytest.fixture
def planted(tmp_path, counts):
    """Write an h5ad of log X, with layers and raw as given; read it as a kind."""

    def read_planted(kind="auto", x="log", raw=None, **layers):
        if x is None:
            adata = AnnData(layers=layers)
        else:
            adata = AnnData(np.log1p(counts) if isinstance(x, str) else x, layers=layers)
        if raw is not None:
            var = pd.DataFrame(index=[f"r{i}" for i in range(raw.shape[1])])
            adata.raw = AnnData(raw, obs=adata.obs, var=var)
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.h5ad"
        adata.write_h5ad(path)
        return read(str(path), kind=kind)

    return read_planted


@pytest.mark.parametrize("kind", ["auto", "counts"])
@pytest.mark.parametrize("name", ["counts", "raw_counts", "Counts", "odd_name"])
@pytest.mark.parametrize("form", [np.asarray, sparse.csr_matrix, sparse.csc_matrix])
def test_a_layer_of_counts_is_taken_and_said(planted, counts, name, kind, form):
    raw = planted(kind, **{name: form(counts)})
    assert np.array_equal(whole(raw), counts)
    assert "X holds no counts (0.6" in raw.steps[1] or "X holds no counts (1." in raw.steps[1]
    assert f"took the layer `{name}`" in raw.steps[1]
    assert "set `prepare.layer`" in raw.steps[1]


def test_counts_in_raw_are_taken_with_its_features(planted, rng):
    more = rng.poisson(2.0, size=(30, 20))
    raw = planted(raw=more)
    assert np.array_equal(whole(raw), more)
    assert raw.var.index[3] == "r3"
    assert "took `raw`" in raw.steps[1]


def test_a_layer_called_counts_goes_before_raw_and_others(planted, counts):
    raw = planted(raw=counts * 2, another=counts * 3, counts=counts)
    assert np.array_equal(whole(raw), counts)
    raw = planted(raw=counts * 2, another=counts * 3)
    assert np.array_equal(whole(raw), counts * 2)


@pytest.mark.parametrize(
    "case",
    [
        {"kind": "continuous", "counts": "counts"},
        {"x": "counts", "counts": "double"},
        {"counts": "halves"},
        {"counts": "negative"},
        {"counts": "missing"},
        {"raw": "halves"},
        {"mask": "mask"},
    ],
    ids=["continuous", "x_is_counts", "halves", "negative", "nan", "raw_halves", "mask"],
)
def test_x_stays_where_nothing_else_is_counts(planted, counts, case):
    values = {
        "counts": counts,
        "double": counts * 2,
        "halves": counts / 2,
        "negative": counts - 1,
        "missing": np.where(counts == 3, np.nan, counts),
        "mask": (counts > 0) * 1.0,
    }
    case = {
        key: values.get(value, value) if key != "kind" else value for key, value in case.items()
    }
    raw = planted(**case)
    assert np.array_equal(whole(raw), counts if "x" in case else np.log1p(counts))
    assert len(raw.steps) == 1


def test_of_several_unknown_layers_none_is_taken_but_they_are_named(planted, counts):
    raw = planted(spliced=counts, unspliced=counts * 2)
    assert np.array_equal(whole(raw), np.log1p(counts))
    assert "the layer `spliced`, the layer `unspliced` may; took X" in raw.steps[1]


def test_without_x_counts_are_taken_and_nothing_else(planted, counts):
    raw = planted(x=None, counts=counts)
    assert np.array_equal(whole(raw), counts)
    assert raw.steps[1].startswith("There is no X, so took the layer `counts`, which holds counts")
    with pytest.raises(VaebioError, match="(?s)has no X, only layers.`counts`.*`prepare.layer`"):
        planted("continuous", x=None, counts=counts)


def test_a_flaw_at_the_end_of_a_large_file_is_seen(tmp_path, rng):
    """Counts are judged on blocks spread over all rows, not on the first ones."""
    n = 20_000
    x = rng.poisson(1.0, size=(n, 40)).astype(np.float32)
    x[-200:] += 0.5
    layer = np.rint(x)
    AnnData(x, layers={"counts": layer}).write_h5ad(tmp_path / "m.h5ad")
    raw = read(str(tmp_path / "m.h5ad"))
    assert "took the layer `counts`" in raw.steps[1]


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"layer": "counts"}, "(?s)layer `counts`, but .*read as text table, has no layer.*auto"),
        ({"layer": "raw"}, "layer `raw`"),
        ({"modality": "rna"}, "modality `rna`, but .*has no modality to choose"),
        ({"genome": "hg19"}, "(?s)genome `hg19`.*take `prepare.genome` out"),
    ],
)
def test_a_choice_that_a_form_does_not_have_is_refused(tmp_path, setting, message):
    (tmp_path / "m.csv").write_text("n,f\na,1\n")
    with pytest.raises(VaebioError, match=message):
        read(str(tmp_path / "m.csv"), **setting)
    assert read(str(tmp_path / "m.csv"), layer="X").shape == (1, 1)


@pytest.mark.parametrize(
    ("part", "message"),
    [
        ({"layer": "counts"}, "Hint: take `--layer` out.$"),
        ({"modality": "rna"}, "Hint: take `--modality` out.$"),
    ],
)
def test_a_choice_by_an_option_of_a_command_is_refused_by_its_name(tmp_path, part, message):
    (tmp_path / "m.csv").write_text("n,f\na,1\n")
    with pytest.raises(VaebioError, match=message):
        inspect(str(tmp_path / "m.csv"), part=part)


def test_parts_of_a_file_are_named_as_the_user_chooses_them(tmp_path, raw_counts):
    raw_counts.layers["counts"] = raw_counts.X
    raw_counts.write_h5ad(tmp_path / "m.h5ad")
    path, wrong = str(tmp_path / "m.h5ad"), {"layer": "zzzzz"}
    with pytest.raises(VaebioError, match="Hint: set `--layer` to one of these"):
        inspect(path, part=wrong)
    with pytest.raises(VaebioError, match="Hint: set `prepare.layer` to one of these"):
        read(path, **wrong)
    raw_counts.X = raw_counts.X * 0.5
    raw_counts.write_h5ad(path)
    assert "set `--layer`" in " ".join(inspect(path).raw.steps)
    assert "set `prepare.layer`" in " ".join(read(path).steps)
