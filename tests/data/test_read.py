import csv
import gzip

import numpy as np
import pandas as pd
import pytest
from anndata import AnnData, read_h5ad
from scipy import sparse

from vaebio.data.annotation import read_annotation
from vaebio.data.read import read
from vaebio.errors import VaebioError


def whole(*arguments, **choices):
    raw = read(*arguments, **choices)
    adata = AnnData(raw.x[0 : raw.shape[0]], obs=raw.obs, var=raw.var)
    adata.uns["vaebio"] = {"steps": list(raw.steps), "warnings": list(raw.warnings)}
    return adata


def dense(adata):
    return adata.X.toarray() if sparse.issparse(adata.X) else adata.X


def write_text(path, adata, *, turned=False, corner=True, quoted=True):
    """Write a matrix by hand, with or without the field above the row names."""
    rows, columns, values = adata.obs_names, adata.var_names, dense(adata)
    if turned:
        rows, columns, values = columns, rows, values.T
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "wt", newline="") as stream:
        writer = csv.writer(
            stream,
            delimiter="\t" if ".tsv" in path.name else ",",
            quoting=csv.QUOTE_NONNUMERIC if quoted else csv.QUOTE_MINIMAL,
        )
        writer.writerow([*([""] if corner else []), *columns])
        for name, row in zip(rows, values.tolist(), strict=True):
            writer.writerow([name, *row])


@pytest.mark.parametrize("corner", [True, False], ids=["corner", "no_corner"])
@pytest.mark.parametrize("turned", [True, False], ids=["turned", "straight"])
@pytest.mark.parametrize("suffix", [".csv", ".tsv.gz", ".txt"])
@pytest.mark.parametrize("raw", ["raw_counts", "raw_continuous"])
def test_text_gives_what_the_h5ad_gives(request, tmp_path, raw, suffix, turned, corner):
    raw = request.getfixturevalue(raw)
    raw.var_names = [f"f, {i}" for i in range(raw.n_vars)]
    raw.write_h5ad(tmp_path / "raw.h5ad")
    text = tmp_path / f"raw{suffix}"
    write_text(text, raw, turned=turned, corner=corner)
    way = "features_by_observations" if turned else "observations_by_features"
    one, other = whole(str(tmp_path / "raw.h5ad")), whole(str(text), orientation=way)
    assert np.array_equal(dense(one), dense(other))
    assert sparse.issparse(one.X) == sparse.issparse(other.X)
    assert list(one.obs_names) == list(other.obs_names)
    assert list(one.var_names) == list(other.var_names)


def test_an_h5ad_with_features_in_rows_is_turned(tmp_path, raw_counts):
    raw_counts.T.write_h5ad(tmp_path / "turned.h5ad")
    adata = whole(str(tmp_path / "turned.h5ad"), orientation="features_by_observations")
    assert np.array_equal(dense(adata), dense(raw_counts))
    assert list(adata.obs["label"]) == list(raw_counts.obs["label"])


@pytest.mark.parametrize("corner", ["", "n"])
def test_columns_aligned_with_spaces_keep_their_names(tmp_path, corner):
    (tmp_path / "m.txt").write_text(f"{corner:3} f  g\na   1 20\nb  10  2\n")
    adata = whole(str(tmp_path / "m.txt"))
    assert (list(adata.obs_names), list(adata.var_names)) == (["a", "b"], ["f", "g"])
    assert dense(adata).tolist() == [[1, 20], [10, 2]]


@pytest.mark.parametrize(
    ("options", "place"),
    [({"index": False}, "column"), ({"header": False}, "line"), ({}, None)],
    ids=["nameless", "headless", "whole"],
)
def test_values_where_names_should_be_are_told(tmp_path, raw_continuous, options, place):
    table = pd.DataFrame(raw_continuous.X, raw_continuous.obs_names, raw_continuous.var_names)
    table.to_csv(tmp_path / "m.csv", **options)
    warned = read(str(tmp_path / "m.csv")).warnings
    told = [warning.split(" is taken")[0] for warning in warned if "holds numbers such" in warning]
    assert told == ([f"The first {place}"] if place else [])


def test_na_and_empty_fields_are_missing_values(tmp_path):
    path = tmp_path / "m.csv"
    path.write_text("n,f,g\na,NA,1\nb,,2\nc,nan,3\n")
    assert np.isnan(dense(whole(str(path)))[:, 0]).all()


def test_the_builtin_gives_the_integers_that_were_counted(shared_data):
    adata = whole("builtin:pbmc68k")
    truth = read_h5ad(shared_data / "pbmc68k_reduced_counts.h5ad")
    assert set(adata.var_names) == set(truth.var_names)
    assert (adata.n_obs, adata.n_vars) == truth.shape
    assert np.array_equal(dense(adata), dense(truth[adata.obs_names, adata.var_names]))
    assert adata.obs["bulk_labels"].nunique() == 10


def test_a_published_r_csv_is_read(shared_data):
    folder = shared_data / "sc_mixology_csv"
    counts = folder / "sc_dropseq.count.csv.gz"
    table = folder / "sc_dropseq.metadata.csv.gz"
    adata = whole(str(counts), str(table), "features_by_observations")
    with gzip.open(counts, "rt") as stream:
        header = next(csv.reader(stream))
        first = next(csv.reader(stream))
    assert list(adata.obs_names) == header
    assert dense(adata[:, first[0]]).ravel().tolist() == [float(v) for v in first[1:]]
    reference = pd.read_csv(table, index_col=0)
    assert adata.obs["cell_line"].tolist() == reference["cell_line"].tolist()


def annotated(tmp_path, text, raw, orientation="observations_by_features"):
    raw.write_h5ad(tmp_path / "raw.h5ad")
    (tmp_path / "table.csv").write_text(text)
    return whole(str(tmp_path / "raw.h5ad"), str(tmp_path / "table.csv"), orientation)


@pytest.fixture
def small():
    obs = pd.DataFrame({"site": ["x", "y"], "age": [1, 2]}, index=["a", "b"])
    return AnnData(np.eye(2), obs=obs, var=pd.DataFrame(index=["f", "g"]))


def test_annotation_is_joined_by_name_and_wins(tmp_path, small):
    table = "name,site,donor,note,\nc,q,3,,\nb,w,2,NA,\na,v,1,z,\n"
    adata = annotated(tmp_path, table, small)
    assert adata.obs["site"].tolist() == ["v", "w"]
    assert adata.obs["donor"].tolist() == [1, 2]
    assert adata.obs["age"].tolist() == [1, 2]
    assert adata.obs["note"].isna().tolist() == [False, True]
    assert (
        "all 2 observations; 1 of its rows match no observation" in adata.uns["vaebio"]["steps"][1]
    )
    assert "replaced the matrix's own site" in adata.uns["vaebio"]["steps"][1]


def test_an_annotation_in_another_order_is_joined_by_name(tmp_path, small):
    adata = annotated(tmp_path, "name,donor\nb,2\na,1\n", small)
    assert adata.obs["donor"].tolist() == [1, 2]


@pytest.mark.parametrize(("first", "warned"), [(0, True), (1, False)])
def test_an_annotation_that_counts_from_0_is_told(tmp_path, small, first, warned):
    small.obs_names = ["1", "2"]
    rows = "".join(f"{n},{n}\n" for n in range(first, first + 4))
    found = annotated(tmp_path, "name,x\n" + rows, small).uns["vaebio"]["warnings"]
    assert any("has a row `0` as well" in warning for warning in found) == warned


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("name,x\na,1\n", "1 of 2 observations have no row in .*, for example `b`"),
        (
            "name,x\nf,1\ng,2\n",
            "(?s)none of the 2 row names.*2 of them are names of features.*orien",
        ),
        ("n,barcode\n1,a\n2,b\n", "(?s)none of the 2.*the names stand in the column `barcode`"),
        ("name,x\nA-1,1\n", r"(?s)\(`A-1`, ...\).*\(`a`, ...\).*letter by letter"),
        ("name,x\na,1\nb,2\na,3\n", "row name `a` stands more than once"),
        ("name,x,x\na,1,1\nb,2,2\n", "column name `x` stands more than once"),
    ],
)
def test_an_annotation_that_does_not_fit_is_refused(tmp_path, small, table, message):
    with pytest.raises(VaebioError, match=message):
        annotated(tmp_path, table, small)


@pytest.mark.parametrize(
    ("fields", "numbers"),
    [
        (["1", "10", "-3"], [1, 10, -3]),
        (["1", "", "0"], [1, np.nan, 0]),
        (["1.0", "2.0", "NA"], [1, 2, np.nan]),
        (["7", "7.5", "1e-05"], [7, 7.5, 1e-5]),
        (["0.50", "0.25", "12.00"], [0.5, 0.25, 12]),
        (["1", "01"], None),
        (["01", "02"], None),
        (["1", "1.0"], None),
        (["+1", "2"], None),
        (["1e2", "3"], None),
        (["1_2", "3"], None),
        (["1.1", "1.10"], None),
        (["1.2", "1.10"], None),
        (["0.5", "00.7"], None),
        (["1", "inf"], None),
        (["123456789012345678901", "123456789012345678902"], None),
    ],
)
def test_columns_are_numbers_only_where_these_say_all_that_was_written(tmp_path, fields, numbers):
    rows = "".join(f"r{i},{field},x\n" for i, field in enumerate(fields))
    (tmp_path / "a.csv").write_text(f"name,column,other\n{rows}")
    column = read_annotation(tmp_path / "a.csv")["column"]
    if numbers is None:
        assert list(column) == fields
    else:
        assert np.array_equal(column, numbers, equal_nan=True)


def test_repeated_observations_are_refused_and_repeated_features_renamed(tmp_path):
    path = tmp_path / "m.csv"
    path.write_text("n,f,f,g\na,1,2,3\nb,4,5,6\n")
    adata = whole(str(path))
    assert adata.var_names.tolist() == ["f", "f-1", "g"]
    assert (
        "1 feature names stand more than once (for example `f`)"
        in adata.uns["vaebio"]["warnings"][0]
    )
    with pytest.raises(VaebioError, match="observation name `f` stands more than once"):
        read(str(path), orientation="features_by_observations")


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("m.csv", b"", "has no content"),
        ("m.csv", b"n,f,g\n", "a header but no rows"),
        ("m.csv", b"n,f,g\na,1,2\nb,1\n", "2 fields in line 3 of .*the lines before it have 3"),
        ("m.csv", b"n,f,g\na,1,2\n\nb,1,2,3\n", "4 fields in line 4"),
        ("m.csv", b"n,f,g,h,i\na,1,2\n", "3 fields in line 2 of .*the header has 5"),
        ("m.csv", b"n,f,g\na,1,2\nb,1,high\n", r"`high` in line 3 \(row `b`\), column `g`"),
        ("m.tsv", b"n\tf\tg\na\t1,5\t2\n", "(?s)`1,5` in line 2.*decimals with a point"),
        ("m.csv", b"n,f,g\na,1,2\nb_1,1,3_4\n", "(?s)`3_4` in line 3 .*`g`.*write `34` if"),
        ("m.csv", b"n,f,g\na,1,x_y\n", "(?s)`x_y` in line 2 .*columns of text .`g`"),
        ("m.csv", b"n;f;g\na;1;2\n", "only one column in .*holds semicolons"),
        ("m.csv", b"n;f\na;1,5\n", "(?s)holds semicolons.*decimals with a point"),
        ("m.csv", b"n;f;g\na;1,5;2,5\n", "(?s)holds semicolons.*decimals with a point"),
        ("m.csv", b"<!DOCTYPE html>\n<html>\n", "a web page"),
        ("m.csv", b"\n \n\n<html>\n", "a web page"),
        ("m.csv", b"\n\n", "has no content"),
        ("m.csv", b"\n\nn,f,g\na,1,high\n", "`high` in line 4"),
        ("m.csv", b"n,f,g\na,\xff,2\n", "not UTF-8 text"),
        ("m.csv", gzip.compress(b"n,f,g\na,1,2\n", mtime=0), "is gzip-compressed"),
        (
            "m.csv.gz",
            gzip.compress(b"n,f,g\na,1,2\n", mtime=0)[:-6],
            "gzip-compressed text: Compressed",
        ),
        ("m.csv.gz", b"n,f,g\na,1,2\n", "cannot be read as gzip-compressed text: Not a gzipped"),
        ("m.csv", b'n,f,g\na,1,"' + b"2" * 200_000, "field larger than field limit"),
        ("m.h5ad", b"n,f,g\na,1,2\n", "cannot be read as h5ad"),
        ("m.xlsx", b"PK", "(?s)ends in `.xlsx`.*h5ad, .*.csv"),
    ],
    ids=(
        "empty no_rows short_row long_row long_header text decimal_comma underscore "
        "words_with_underscores semicolons one_decimal_comma decimal_commas web_page "
        "blank_web_page blank blank_above latin1 gzip_named_csv cut_gzip csv_named_gz "
        "open_quote csv_named_h5ad excel"
    ).split(),
)
def test_a_garbled_file_is_refused_with_its_place(tmp_path, name, content, message):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(VaebioError, match=message) as refusal:
        read(str(path))
    assert str(path) in refusal.value.found


@pytest.mark.parametrize("share", [0.2, 0.6, 0.95])
def test_a_cut_h5ad_is_refused(tmp_path, raw_counts, share):
    path = tmp_path / "m.h5ad"
    raw_counts.write_h5ad(path)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(VaebioError, match="cannot be read as h5ad"):
        read(str(path))


def test_an_h5ad_without_x_names_what_it_has(tmp_path):
    path = tmp_path / "m.h5ad"
    AnnData(layers={"scaled": np.eye(3) / 2}).write_h5ad(path)
    with pytest.raises(VaebioError, match=r"has no X, only layers\[`scaled`\]"):
        read(str(path))


@pytest.mark.parametrize(
    ("matrix", "message"),
    [
        ("builtin:pbmc86k", "(?s)no builtin data set `pbmc86k`.*did you mean `pbmc68k`"),
        ("{folder}", "(?s)a folder, holds no matrix.mtx.*name the file inside"),
        ("{folder}/counts.cvs", "(?s)no file .*counts.cvs.*did you mean `counts.csv`"),
    ],
)
def test_a_source_that_is_not_there_names_the_nearest(tmp_path, matrix, message):
    (tmp_path / "counts.csv").write_text("n,f\na,1\n")
    with pytest.raises(VaebioError, match=message):
        read(matrix.format(folder=tmp_path))


def test_an_unknown_orientation_is_refused():
    with pytest.raises(VaebioError, match="did you mean `features_by_observations`"):
        read("builtin:pbmc68k", orientation="feature_by_observation")
