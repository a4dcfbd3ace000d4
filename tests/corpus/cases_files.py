"""Files that are not what their name says, or not whole, or written in an odd way."""

import gzip
import io
import zipfile

import h5py
import numpy as np
import pandas as pd
from anndata import AnnData
from scipy import sparse

from .case import handled, refused
from .made import (
    classes,
    continuous,
    counts,
    dense,
    features,
    h5ad,
    names,
    same_counts,
    same_labels,
    same_values,
)
from .ways import prepare, prepare_words, process


@refused(r"m\.h5ad cannot be read as h5ad", "complete", "cut off")
def h5ad_cut_off(folder):
    """An h5ad whose copy stopped at 60 %."""
    h5ad("m.h5ad", counts())
    content = (folder / "m.h5ad").read_bytes()
    (folder / "m.h5ad").write_bytes(content[: int(len(content) * 0.6)])
    return prepare("m.h5ad")


@refused(r"m\.h5ad cannot be read as h5ad")
def h5ad_of_garbage(folder):
    """Random bytes under the name of an h5ad."""
    (folder / "m.h5ad").write_bytes(np.random.default_rng(0).bytes(5000))
    return prepare("m.h5ad")


@refused(r"m\.h5ad (cannot be read as h5ad|has no content)")
def h5ad_of_no_byte(folder):
    """An h5ad of 0 bytes."""
    (folder / "m.h5ad").touch()
    return prepare("m.h5ad")


@refused(r"m\.h5ad")
def h5ad_that_is_another_hdf5(folder):
    """An HDF5 file of another program under the name of an h5ad."""
    with h5py.File("m.h5ad", "w") as file:
        file["results/energy"] = np.arange(5.0)
    return prepare("m.h5ad")


@handled(says=("no X.*`umi`",))
def h5ad_with_layers_alone(folder):
    """An h5ad without X; the counts are in a layer."""
    h5ad("m.h5ad", counts(), layers={"umi": counts().to_numpy()})
    without_x(folder)
    same_counts((yield prepare("m.h5ad")), counts())


@handled(says=("no X.*`raw`",))
def h5ad_with_raw_alone(folder):
    """An h5ad without X; the counts are in raw."""
    h5ad("m.h5ad", counts(), raw=raw_of(counts()))
    without_x(folder)
    same_counts((yield prepare("m.h5ad")), counts())


def without_x(folder) -> None:
    """Take X out of an h5ad."""
    with h5py.File(folder / "m.h5ad", "a") as file:
        del file["X"]


def raw_of(table: pd.DataFrame) -> dict[str, object]:
    """A table as the part raw of an AnnData."""
    return {"X": table.to_numpy(float), "var": pd.DataFrame(index=table.columns)}


@refused(r"m\.h5ad has no X, only .*layers\[`spliced`\]", "X", "layer")
def h5ad_with_layers_to_choose_from(folder):
    """An h5ad without X and with two layers that are no counts: which is meant?"""
    parts = {name: continuous().to_numpy() for name in ("spliced", "unspliced")}
    h5ad("m.h5ad", continuous(), layers=parts)
    without_x(folder)
    return prepare("m.h5ad")


@refused(r"m\.h5ad has no X")
def h5ad_with_names_alone(folder):
    """An h5ad that holds names and no value."""
    h5ad("m.h5ad", counts())
    without_x(folder)
    return prepare("m.h5ad")


def log_normalised(table: pd.DataFrame) -> np.ndarray:
    """log(1 + counts per 10,000) in single precision."""
    per = table.div(table.sum(axis=1), axis=0) * 1e4
    return np.log1p(per.to_numpy()).astype(np.float32)


@handled("the raw counts")
def h5ad_of_logarithms(folder):
    """An h5ad whose X is already normalised and logarithmic, without the counts."""
    table = counts(features=30)
    h5ad("m.h5ad", table, log_normalised(table))
    result = yield prepare("m.h5ad")
    same_values(result, pd.DataFrame(log_normalised(table), table.index, table.columns))


@handled(says=("X holds no counts.*the layer `counts`",))
def h5ad_with_counts_beside_x(folder):
    """An h5ad whose X is logarithmic while a layer holds the counts: they are taken, and said."""
    table = counts(features=30)
    h5ad("m.h5ad", table, log_normalised(table), layers={"counts": table.to_numpy()})
    same_counts((yield prepare("m.h5ad")), table)


@handled(says=("X holds no counts.*`raw`",))
def h5ad_with_counts_in_raw(folder):
    """An h5ad whose X is scaled while raw holds the counts: they are taken, and said."""
    table = counts()
    scaled = ((table - table.mean()) / table.std()).to_numpy()
    h5ad("m.h5ad", table, scaled, raw=raw_of(table))
    same_counts((yield prepare("m.h5ad")), table)


@handled()
def h5ad_of_logarithms_on_purpose(folder):
    """The same with the kind continuous: X is what the user wants."""
    table = counts(features=30)
    h5ad("m.h5ad", table, log_normalised(table), layers={"counts": table.to_numpy()})
    result = yield prepare("m.h5ad", kind="continuous")
    same_values(result, pd.DataFrame(log_normalised(table), table.index, table.columns))


def old_frame(file: h5py.File, key: str, frame: pd.DataFrame) -> None:
    """A table as one compound array with the names in the field `index`."""
    parts = [("index", "S20"), *((name, "S20") for name in frame)]
    rows = [tuple(str(v).encode() for v in row) for row in frame.itertuples()]
    file[key] = np.array(rows, dtype=parts)


@handled()
def h5ad_of_anndata_0_6(folder):
    """An h5ad as anndata before 0.7 wrote it: compound tables, a dense array."""
    table = counts()
    with h5py.File("m.h5ad", "w") as file:
        file["X"] = table.to_numpy(np.float32)
        old_frame(file, "obs", classes())
        old_frame(file, "var", pd.DataFrame(index=table.columns))
    result = yield prepare("m.h5ad", label="type")
    same_counts(result, table)
    same_labels(result, "type", classes()["type"])


@handled()
def h5ad_of_anndata_0_6_sparse(folder):
    """An h5ad as anndata before 0.7 wrote it: compound tables, a sparse X with its old marks."""
    table = counts(mean=0.8)
    x = sparse.csr_matrix(table.to_numpy(np.float32))
    with h5py.File("m.h5ad", "w") as file:
        group = file.create_group("X")
        group.attrs["h5sparse_format"], group.attrs["h5sparse_shape"] = "csr", x.shape
        group["data"], group["indices"], group["indptr"] = x.data, x.indices, x.indptr
        old_frame(file, "obs", classes())
        old_frame(file, "var", pd.DataFrame(index=table.columns))
    result = yield prepare("m.h5ad", "--settings", all_features(folder))
    same_counts(result, table)


def all_features(folder) -> str:
    """Settings that drop no feature for being rare."""
    (folder / "s.yaml").write_text("prepare: {min_observations: 0}\n")
    return "s.yaml"


@refused(r"m\.h5ad", "numbers|complete")
def h5ad_of_text_in_x(folder):
    """An h5ad whose X holds text."""
    h5ad("m.h5ad", counts())
    with h5py.File("m.h5ad", "a") as file:
        del file["X"]
        file["X"] = counts().to_numpy().astype(str).astype(object)
        file["X"].attrs["encoding-type"] = "string-array"
        file["X"].attrs["encoding-version"] = "0.2.0"
    return prepare("m.h5ad")


@refused(r"complex.*m\.h5ad|m\.h5ad.*complex", "numbers")
def h5ad_of_complex_numbers(folder):
    """An h5ad of complex numbers."""
    h5ad("m.h5ad", counts(), counts().to_numpy() + 1j)
    return prepare("m.h5ad")


@handled()
def h5ad_of_booleans(folder):
    """An h5ad whose X is True and False, called counts."""
    table = (counts(mean=0.7) > 0).astype(int)
    h5ad("m.h5ad", table, table.to_numpy(bool))
    result = yield prepare("m.h5ad", "--settings", all_features(folder), kind="counts")
    same_counts(result, table)


@handled()
def h5ad_of_int64(folder):
    """An h5ad of 64-bit whole numbers."""
    h5ad("m.h5ad", counts(), counts().to_numpy(np.int64))
    same_counts((yield prepare("m.h5ad")), counts())


@handled()
def h5ad_of_bytes(folder):
    """An h5ad of 8-bit whole numbers whose sums are far beyond 8 bits."""
    table = counts(mean=100)
    h5ad("m.h5ad", table, table.to_numpy(np.uint8))
    same_counts((yield prepare("m.h5ad")), table)


@handled()
def h5ad_of_big_endian_numbers(folder):
    """An h5ad of numbers in the byte order of other machines."""
    h5ad("m.h5ad", counts())
    with h5py.File("m.h5ad", "a") as file:
        del file["X"]
        file["X"] = counts().to_numpy(">f4")
        file["X"].attrs.update({"encoding-type": "array", "encoding-version": "0.2.0"})
    same_counts((yield prepare("m.h5ad")), counts())


@handled()
def h5ad_of_half_precision(folder):
    """An h5ad of 16-bit floats whose sums are beyond what 16 bits hold."""
    table = counts(mean=1000)
    h5ad("m.h5ad", table, table.to_numpy(np.float16))
    same_counts((yield prepare("m.h5ad")), table)


@handled()
def h5ad_by_columns(folder):
    """An h5ad with a sparse X stored by columns (CSC)."""
    table = counts(mean=0.8)
    h5ad("m.h5ad", table, sparse.csc_matrix(table.to_numpy(float)))
    same_counts((yield prepare("m.h5ad", "--settings", all_features(folder))), table)


@handled()
def h5ad_with_repeated_entries(folder):
    """A sparse h5ad that stores values in two parts, zeros, and columns out of order."""
    table = counts()
    x = sparse.csr_matrix(table.to_numpy(float))
    row = np.repeat(np.arange(len(table)), np.diff(x.indptr))
    half = sparse.csr_matrix((len(table), len(table.columns)))
    parts = np.concatenate([x.data - 1, np.ones(x.nnz)]), np.tile(x.indices, 2), np.tile(row, 2)
    order = np.argsort(parts[2], kind="stable")
    half.data, half.indices = parts[0][order], parts[1][order]
    half.indptr = np.append(0, np.cumsum(np.bincount(parts[2])))
    h5ad("m.h5ad", table, half)
    same_counts((yield prepare("m.h5ad")), table)


def broken_sparse(part: str, place: int, value: int) -> None:
    """A sparse h5ad with one wrong number among its column numbers or row ends."""
    table = counts()
    h5ad("m.h5ad", table, sparse.csr_matrix(table.to_numpy(float)))
    with h5py.File("m.h5ad", "a") as file:
        file[f"X/{part}"][place] = value


@refused(r"m\.h5ad")
def h5ad_with_a_column_beyond_the_last(folder):
    """A sparse h5ad that names a column number it does not have."""
    broken_sparse("indices", 5, 100_000)
    return process(*prepare_words("m.h5ad"))


@refused(r"m\.h5ad")
def h5ad_with_a_negative_column(folder):
    """A sparse h5ad with a negative column number."""
    broken_sparse("indices", 5, -3)
    return process(*prepare_words("m.h5ad"))


@refused(r"m\.h5ad")
def h5ad_with_rows_that_end_too_late(folder):
    """A sparse h5ad in which a row ends beyond the values."""
    broken_sparse("indptr", 7, 2_000_000)
    return process(*prepare_words("m.h5ad"))


@refused(r"m\.h5ad.*", "")
def h5ad_with_fewer_names_than_rows(folder):
    """An h5ad whose table of observations is shorter than X."""
    h5ad("m.h5ad", counts())
    with h5py.File("m.h5ad", "a") as file:
        short = file["obs/_index"][:-3]
        attributes = dict(file["obs/_index"].attrs)
        del file["obs/_index"]
        file["obs/_index"] = short
        file["obs/_index"].attrs.update(attributes)
    return prepare("m.h5ad")


def csv(folder, name: str = "m.csv", **how: object) -> str:
    """Write the counts as text and return the text."""
    counts().to_csv(folder / name, **how)
    return (folder / name).read_text()


@refused(r"m\.csv\.gz cannot be read as gzip", "complete", "cut off")
def gz_cut_short(folder):
    """A csv.gz whose download stopped before the end."""
    text = counts(n=400).to_csv().encode()
    content = gzip.compress(text)
    (folder / "m.csv.gz").write_bytes(content[: len(content) // 2])
    return prepare("m.csv.gz")


@refused(r"m\.csv\.gz cannot be read as gzip")
def gz_that_is_plain_text(folder):
    """A csv.gz that a browser unpacked without taking the gz from its name."""
    (folder / "m.csv.gz").write_text(csv(folder))
    return prepare("m.csv.gz")


@refused(r"m\.csv\.gz cannot be read as gzip")
def gz_with_a_wrong_byte(folder):
    """A csv.gz with one byte changed: its checksum does not fit."""
    content = bytearray(gzip.compress(csv(folder).encode(), compresslevel=0))
    content[len(content) // 2] ^= 1
    (folder / "m.csv.gz").write_bytes(content)
    return prepare("m.csv.gz")


@refused(r"m\.csv is gzip-compressed", "UTF-8", "name")
def gz_named_csv(folder):
    """A gzip file under the name of a csv."""
    (folder / "m.csv").write_bytes(gzip.compress(counts().to_csv().encode()))
    return prepare("m.csv")


@refused(r"m\.csv is a web page", "header", "download")
def web_page_named_csv(folder):
    """The page that asks for a login, saved as csv."""
    (folder / "m.csv").write_text("<!DOCTYPE html>\n<html><body>Log in</body></html>\n")
    return prepare("m.csv")


@refused(r"m\.csv is a web page", "header", "download")
def web_page_after_blank_lines(folder):
    """The same page, with lines of spaces before it."""
    (folder / "m.csv").write_text("\n  \n <html>\n<body>Log in</body></html>\n")
    return prepare("m.csv")


@refused(r"m\.csv is a zip or xlsx", "", "csv")
def xlsx_named_csv(folder):
    """An Excel file renamed to csv."""
    book = io.BytesIO()
    with zipfile.ZipFile(book, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/workbook.xml", np.random.default_rng(0).bytes(3000))
    (folder / "m.csv").write_bytes(book.getvalue())
    return prepare("m.csv")


@refused(r"m\.xlsx.*ends in `\.xlsx`", r"\.csv")
def xlsx(folder):
    """An Excel file."""
    (folder / "m.xlsx").write_bytes(b"PK\x03\x04")
    return prepare("m.xlsx")


@refused(r"m\.csv is (not UTF-8 text|UTF-16)", "UTF-8", "UTF-8")
def csv_in_utf_16(folder):
    """A csv in UTF-16, as Excel writes `Unicode text`."""
    (folder / "m.csv").write_bytes(csv(folder).encode("utf-16"))
    return prepare("m.csv")


@refused(r"m\.csv is not UTF-8 text", "UTF-8", "UTF-8")
def csv_in_latin_1(folder):
    """A csv in Latin-1 with an accented name."""
    (folder / "m.csv").write_bytes(csv(folder).replace("cell03", "célula").encode("latin-1"))
    return prepare("m.csv")


@handled()
def csv_with_mark_and_windows_lines(folder):
    """A csv with a byte order mark, lines of Windows and blank lines at the end, as of Excel."""
    text = csv(folder).replace("\n", "\r\n")
    (folder / "m.csv").write_bytes(b"\xef\xbb\xbf" + text.encode() + b"\r\n\r\n")
    same_counts((yield prepare("m.csv")), counts())


@handled()
def csv_with_lines_of_an_old_mac(folder):
    """A csv whose lines end with a carriage return alone."""
    (folder / "m.csv").write_bytes(csv(folder).replace("\n", "\r").encode())
    same_counts((yield prepare("m.csv")), counts())


@handled()
def csv_without_the_field_above_the_names(folder):
    """A table as R's write.table makes it: one field fewer in the header."""
    counts().to_csv("m.tsv", sep="\t", quoting=2)
    lines = (folder / "m.tsv").read_text().split("\n")
    lines[0] = lines[0].removeprefix('""\t')
    (folder / "m.tsv").write_text("\n".join(lines))
    same_counts((yield prepare("m.tsv")), counts())


@handled()
def csv_with_a_newline_in_a_name(folder):
    """A csv with a line break, a comma and a quotation mark inside quoted names."""
    table = counts().rename(columns={"gene03": "gene\n03", "gene04": 'a,"b"'})
    table.to_csv("m.csv")
    same_counts((yield prepare("m.csv")), table)


@refused(r"4 fields in line 7 of m\.csv.*13", "", "cut off")
def csv_with_a_short_line(folder):
    """A csv with a line that is cut off."""
    lines = csv(folder).split("\n")
    lines[6] = ",".join(lines[6].split(",")[:4])
    (folder / "m.csv").write_text("\n".join(lines))
    return prepare("m.csv")


@refused(r"14 fields in line 7 of m\.csv.*13")
def csv_with_a_long_line(folder):
    """A csv with a line that has a field too many."""
    lines = csv(folder).split("\n")
    lines[6] += ",7"
    (folder / "m.csv").write_text("\n".join(lines))
    return prepare("m.csv")


@refused(r"m\.csv.*semicolons", "commas")
def csv_of_semicolons(folder):
    """A csv as a German Excel writes it: semicolons between the fields."""
    csv(folder, sep=";")
    return prepare("m.csv")


@refused(r"m\.tsv.*commas", "tabs")
def tsv_of_commas(folder):
    """A table with commas under the name of a tsv."""
    csv(folder, "m.tsv")
    return prepare("m.tsv")


@refused(r"m\.csv has no content", "header")
def csv_of_no_byte(folder):
    """An empty csv."""
    (folder / "m.csv").touch()
    return prepare("m.csv")


@refused(r"m\.csv has no content", "header")
def csv_of_blank_lines(folder):
    """A csv of line breaks alone."""
    (folder / "m.csv").write_text("\n\n\n")
    return prepare("m.csv")


@refused(r"m\.csv has a header but no rows", "row")
def csv_of_a_header(folder):
    """A csv with its header alone."""
    (folder / "m.csv").write_text(csv(folder).split("\n")[0] + "\n")
    return prepare("m.csv")


@refused(r"only one column in m\.csv")
def csv_with_comments_above_the_header(folder):
    """A csv that begins with lines about itself."""
    (folder / "m.csv").write_text("# experiment 12\n# by the core facility\n" + csv(folder))
    return prepare("m.csv")


@refused(r"fields in line 8 of m\.csv.*13")
def csv_with_zero_bytes(folder):
    """A csv with a run of zero bytes, as a crashed disk leaves it."""
    content = csv(folder).encode()
    (folder / "m.csv").write_bytes(content[:300] + b"\0" * 40 + content[340:])
    return prepare("m.csv")


@refused(r"1 fields in line 41 of m\.csv", "", "missing quote")
def csv_with_an_open_quote(folder):
    """A csv with a quotation mark that is never closed."""
    (folder / "m.csv").write_text(csv(folder).replace("cell05", '"cell05'))
    return prepare("m.csv")


@refused(r"missing.*feature `.*m\.csv|column.*m\.csv|fields.*m\.csv")
def csv_with_commas_at_the_ends(folder):
    """A csv whose every line ends with a comma: a column without name or value."""
    (folder / "m.csv").write_text(csv(folder).replace("\n", ",\n"))
    return prepare("m.csv")


@refused(r"`cell03` stands more than once in m\.csv", "own", "rename")
def repeated_observations(folder):
    """A csv with a barcode twice."""
    counts().rename({"cell08": "cell03"}).to_csv("m.csv")
    return prepare("m.csv")


@handled(r"stand more than once.*`gene03`")
def repeated_features(folder):
    """A csv with a gene twice."""
    counts().rename(columns={"gene08": "gene03"}).to_csv("m.csv")
    result = yield prepare("m.csv")
    assert sum(name.startswith("gene03") for name in features(result)) == 2
    assert len(set(features(result))) == len(counts().columns)
    table = counts().rename(columns={"gene08": "gene03-1"})
    same_counts(result, table)


@handled("gene03")
def repeated_features_and_their_suffix(folder):
    """A csv with a gene twice and another gene that has the name its repeat would get."""
    table = counts().rename(columns={"gene08": "gene03", "gene05": "gene03-1"})
    table.to_csv("m.csv")
    result = yield prepare("m.csv")
    assert len(set(features(result))) == len(table.columns)


@handled("1-Mar")
def genes_that_excel_took_for_dates(folder):
    """A csv whose genes MARCH1 and SEPT2 became dates in Excel."""
    table = counts().rename(columns={"gene03": "1-Mar", "gene08": "2-Sep"})
    table.to_csv("m.csv")
    same_counts((yield prepare("m.csv")), table)


@refused(r"none of the 40 row names of a\.csv", "", "change `orientation`")
def matrix_that_lies_the_other_way(folder):
    """A csv with genes in rows; the annotation shows it."""
    counts().T.to_csv("m.csv")
    classes().to_csv("a.csv")
    return prepare("m.csv", annotation="a.csv", label="type")


@handled(says=("20 observations x 100,000 features",))
def csv_of_100_000_columns(folder):
    """A csv with 100,000 columns."""
    values = np.random.default_rng(0).integers(0, 5, (20, 100_000))
    rows = [f"o{i}," + ",".join(map(str, row)) for i, row in enumerate(values.tolist())]
    header = ",".join(f"f{i}" for i in range(100_000))
    (folder / "m.csv").write_text("\n".join([f"name,{header}", *rows]))
    adata = (yield prepare("m.csv")).made.adata
    assert adata.shape == (20, 2000)
    total = values.sum(axis=1)
    assert (np.array(adata.uns["vaebio"]["total_features"]) != "").sum() > 90_000
    assert (adata.obs["total"] <= total).all() and (adata.obs["total"] > 0.99 * total).all()


@handled()
def numbers_written_in_many_ways(folder):
    """A csv with exponents, signs and spaces around its numbers."""
    table = counts()
    text = table.astype(str)
    text.iloc[0] = [f" {v}" for v in text.iloc[0]]
    text.iloc[1] = [f"+{v}.0" for v in text.iloc[1]]
    text.iloc[2] = [f"{v}e0" for v in text.iloc[2]]
    text.to_csv("m.csv")
    same_counts((yield prepare("m.csv")), table)


@handled()
def names_of_numbers(folder):
    """An h5ad whose observations and features are numbered, joined with an annotation."""
    table = continuous()
    table.index, table.columns = map(str, range(40)), map(str, range(12))
    h5ad("m.h5ad", table)
    labels = classes().set_axis(range(40)).sample(frac=1, random_state=0)
    labels.to_csv("a.csv")
    result = yield prepare("m.h5ad", annotation="a.csv", label="type")
    same_values(result, table)
    same_labels(result, "type", labels["type"].set_axis(labels.index.astype(str)))


@handled("`split` of the input")
def prepared_data_given_again(folder):
    """The result of preparing, prepared for a third time: its own columns were set aside before."""
    adata = AnnData(continuous().to_numpy(), obs=classes())
    adata.obs["split"] = adata.obs["input_split"] = adata.obs["total"] = "x"
    adata.obs["input_total"] = np.arange(40.0)
    adata.var["mean"] = adata.var["input_mean"] = adata.var["scale"] = 1.0
    adata.var_names, adata.obs_names = names("gene", 12), names("cell", 40)
    adata.write_h5ad("m.h5ad")
    result = yield prepare("m.h5ad", label="type")
    assert dense(result.made.adata.X).shape == (40, 12)
    same_labels(result, "type", classes()["type"])
