"""The sheet of data sets: its form, its names, its paths, and models it rules out."""

import os
import shlex

from vaebio.cli.main import parser

from .case import handled, refused
from .made import classes, continuous, counts, h5ad
from .ways import dry_run, plan


def sheet(folder, *lines: str) -> None:
    """A sheet of these lines beside a small matrix with annotation; spaces become tabs."""
    (folder / "sheet.tsv").write_text("\n".join(line.replace(" ", "\t") for line in lines))
    counts().to_csv("m.csv")
    classes().to_csv("a.csv")


def planned(folder, *lines: str, **settings: object):
    """The plan for a sheet of these lines."""
    sheet(folder, *lines)
    return plan(**settings)


@refused(r"no sheet of data sets at .*sheet\.tsv", "tab-separated", "datasets:")
def sheet_that_is_not_there(folder):
    """Settings whose sheet does not exist."""
    return plan()


@refused(r"sheet\.tsv has no column `name`", "name and matrix")
def sheet_of_no_byte(folder):
    """An empty sheet."""
    return planned(folder)


@refused(r"sheet\.tsv has no rows", "one row")
def sheet_of_a_header(folder):
    """A sheet of a header alone."""
    return planned(folder, "name matrix")


@refused(r"sheet\.tsv has no column `matrix`", "name and matrix")
def sheet_without_matrix(folder):
    """A sheet without the column matrix."""
    return planned(folder, "name label", "a type")


@refused(r"unknown column `lable` in sheet\.tsv", "label", "did you mean `label`")
def sheet_with_an_unknown_column(folder):
    """A sheet with a misspelt column."""
    return planned(folder, "name matrix lable", "a m.csv type")


@refused(r"column `matrix` stands more than once in sheet\.tsv", "once")
def sheet_with_a_column_twice(folder):
    """A sheet with two columns called matrix: which is meant?"""
    return planned(folder, "name matrix matrix", "a m.csv other.csv")


@refused(r"column `name matrix` in sheet\.tsv", "tabs")
def sheet_with_spaces_for_tabs(folder):
    """A sheet whose columns are apart by spaces."""
    sheet(folder, "name matrix", "a m.csv")
    text = (folder / "sheet.tsv").read_text()
    (folder / "sheet.tsv").write_text(text.replace("\t", " "))
    return plan()


@refused(r"column `name,matrix` in sheet\.tsv", "tabs")
def sheet_with_commas_for_tabs(folder):
    """A sheet whose columns are apart by commas."""
    return planned(folder, "name,matrix", "a,m.csv")


@refused(r"line 3 of sheet\.tsv has more fields.*`?'?extra", "columns")
def sheet_with_a_long_row(folder):
    """A sheet with a row that has a field too many."""
    return planned(folder, "name matrix", "a m.csv", "b m.csv extra")


@refused(r"`name: '# b'` in sheet\.tsv, line 3", "letters")
def sheet_with_a_row_commented_out(folder):
    """A sheet with # before a row: rows are taken out by deleting them."""
    sheet(folder, "name matrix", "a m.csv", "#b m.csv", "c m.csv")
    text = (folder / "sheet.tsv").read_text()
    (folder / "sheet.tsv").write_text(text.replace("#b", "# b"))
    return plan()


@handled()
def sheet_with_empty_rows_at_the_end(folder):
    """A sheet with blank lines and rows of tabs alone, as spreadsheets leave them."""
    sheet(folder, "name matrix label", "a m.csv ", "", "b m.csv ", "  ", "  ", "", "")
    result = yield plan()
    assert list(result.made.sheet) == ["a", "b"]


@refused(r"`kind: 'cuonts'` in sheet\.tsv, line 5", "counts")
def sheet_with_a_wrong_kind(folder):
    """A kind that does not exist, after two blank lines: lines are counted as editors do."""
    return planned(folder, "name matrix kind", "a m.csv counts", "", "", "b m.csv cuonts")


@handled()
def sheet_with_empty_columns_at_the_right(folder):
    """A sheet whose every line ends with tabs, as spreadsheets leave them."""
    sheet(folder, "name matrix   ", "a m.csv   ", "b m.csv     ")
    assert list((yield plan()).made.sheet) == ["a", "b"]


@handled()
def sheet_with_mark_and_windows_lines(folder):
    """A sheet with a byte order mark, lines of Windows and quoted fields."""
    sheet(folder)
    text = 'name\tmatrix\tannotation\tlabel\r\na\t"m.csv"\ta.csv\ttype\r\n'
    (folder / "sheet.tsv").write_bytes(b"\xef\xbb\xbf" + text.encode())
    row = (yield plan()).made.sheet["a"]
    assert (row.matrix, row.label) == ("m.csv", "type")


@refused(r"sheet\.tsv is not UTF-8", "UTF-8")
def sheet_in_utf_16(folder):
    """A sheet in UTF-16, as Excel writes `Unicode text`."""
    sheet(folder)
    (folder / "sheet.tsv").write_bytes("name\tmatrix\na\tm.csv\n".encode("utf-16"))
    return plan()


@refused(r"sheet\.tsv is not UTF-8", "UTF-8")
def sheet_of_excel(folder):
    """An Excel file named as sheet."""
    (folder / "sheet.tsv").write_bytes(b"PK\x03\x04" + bytes(range(256)))
    return plan()


@refused(r"sheet\.tsv is no sheet.*several lines.*3", "line", "quotation")
def sheet_with_an_open_quote(folder):
    """A sheet with a quotation mark that is never closed and swallows a row."""
    return planned(folder, "name matrix label", 'a m.csv "type', "b m.csv type")


@refused(r"sheet\.tsv is no sheet", "text", "quotation")
def sheet_with_a_field_without_end(folder):
    """A sheet with an open quote before more text than a field may hold."""
    return planned(folder, "name matrix", 'a "m.csv', *["b m.csv"] * 20_000)


@refused(r"the name `a` stands twice in sheet\.tsv \(line 3\)", "own", "rename")
def names_that_are_equal(folder):
    """Two data sets of one name."""
    return planned(folder, "name matrix", "a m.csv", "a m.csv")


@refused(r"`a` and `A` differ in capitals.*sheet\.tsv \(line 3\)", "own", "rename")
def names_that_differ_in_capitals(folder):
    """Two names that are one folder where the file system ignores capitals."""
    return planned(folder, "name matrix", "a m.csv", "A m.csv")


@refused(r"`name: '\.\./a'` in sheet\.tsv, line 2", "letters")
def name_that_leaves_the_results(folder):
    """A name that leads out of the folder of results."""
    return planned(folder, "name matrix", "../a m.csv")


@refused(r"`name: 'my data'` in sheet\.tsv, line 2", "letters")
def name_with_a_space(folder):
    """A name with a space."""
    sheet(folder, "name matrix", "my_data m.csv")
    text = (folder / "sheet.tsv").read_text()
    (folder / "sheet.tsv").write_text(text.replace("my_data", "my data"))
    return plan()


@refused(r"no `name` in sheet\.tsv, line 2")
def name_that_is_empty(folder):
    """A row without a name."""
    return planned(folder, "name matrix", " m.csv")


@refused(r"`name: 'gène'` in sheet\.tsv, line 2", "letters")
def name_with_an_accent(folder):
    """A name with a letter beyond ASCII."""
    return planned(folder, "name matrix", "gène m.csv")


@refused(r"`report\.html` in sheet\.tsv \(line 2\)", "another name", "rename")
def name_of_the_page(folder):
    """A data set called report.html, which is the page that compares all."""
    return planned(folder, "name matrix", "report.html m.csv")


@refused(r"no file .*mm\.csv, the matrix of `a` in sheet\.tsv", "relative", "did you mean `m.csv`")
def matrix_misspelt(folder):
    """A matrix that does not exist beside one of almost its name."""
    return planned(folder, "name matrix", "a mm.csv")


@refused(r"no file .*/aa\.csv, the annotation of `a` in sheet\.tsv", "", "did you mean `a.csv`")
def annotation_of_the_sheet_misspelt(folder):
    """An annotation that does not exist beside one of almost its name."""
    return planned(folder, "name matrix annotation", "a m.csv aa.csv")


@refused(r"no file .*m\.csv, the matrix of `a`", "existing")
def matrix_in_a_folder_that_is_not_there(folder):
    """A matrix in a folder that does not exist."""
    return planned(folder, "name matrix", "a nowhere/m.csv")


@refused(r"no file .*/m\.h5ad, the matrix of `a`", "existing")
def matrix_that_is_a_broken_link(folder):
    """A link to a matrix that was moved away."""
    sheet(folder, "name matrix", "a m.h5ad")
    os.symlink("moved.h5ad", "m.h5ad")
    return plan()


@refused(r"x{300}.*too long", "", "path")
def matrix_with_a_name_too_long(folder):
    """A path longer than a file system allows."""
    return planned(folder, "name matrix", f"a {'x' * 300}.csv")


@refused(r"sheet\.tsv is not UTF-8 text", "UTF-8")
def matrix_with_a_zero_byte_in_its_path(folder):
    """A path with a zero byte."""
    return planned(folder, "name matrix", "a m.csv\0")


@refused(r"data.*folder|folder.*data")
def matrix_that_is_an_empty_folder(folder):
    """A folder without anything in it for a matrix."""
    sheet(folder, "name matrix", "a data")
    (folder / "data").mkdir()
    return plan()


@refused(r"no builtin data set `pbmc86k`", "builtin:pbmc68k", "did you mean `pbmc68k`")
def builtin_misspelt(folder):
    """A builtin that does not exist."""
    return planned(folder, "name matrix", "a builtin:pbmc86k")


@refused(r"no column `typ`, the label.*m\.csv or a\.csv.*`a`", "type", "did you mean `type`")
def label_of_the_sheet_misspelt(folder):
    """A label that no file has."""
    return planned(folder, "name matrix annotation label", "a m.csv a.csv typ")


@refused(r"no column `plate`, the batch.*m\.csv or a\.csv", "type")
def batch_of_the_sheet_that_is_not_there(folder):
    """A batch that no file has."""
    return planned(folder, "name matrix annotation batch", "a m.csv a.csv plate")


@refused(r"no column `type`, the label.*m\.h5ad")
def label_on_the_other_side(folder):
    """A label of an h5ad that describes its columns, not its rows."""
    sheet(folder, "name matrix label orientation", "a m.h5ad type features_by_observations")
    h5ad("m.h5ad", counts(), obs=classes())
    return plan()


@refused(r"m\.h5ad cannot be read as h5ad")
def h5ad_of_the_sheet_cut_off(folder):
    """An h5ad that is cut off, found before any job."""
    sheet(folder, "name matrix label", "a m.h5ad type")
    h5ad("m.h5ad", counts(), obs=classes())
    (folder / "m.h5ad").write_bytes((folder / "m.h5ad").read_bytes()[:5000])
    return plan()


@refused(r"`model\.batch: true`, but the data set a has no technical batch", "batch", "false")
def model_of_a_batch_that_is_not_there(folder):
    """model.batch for a data set without batch."""
    return planned(folder, "name matrix", "a m.csv", model={"batch": True})


@refused(r"likelihood `nb`, but the data set a is of kind continuous", "gaussian", "likelihood")
def model_of_counts_for_continuous_values(folder):
    """The likelihood nb for a data set of kind continuous."""
    sheet(folder, "name matrix kind", "a m.csv continuous")
    continuous().to_csv("m.csv")
    return plan(grid={"likelihoods": ["gaussian", "nb"]})


@refused(r"`overrides\.abd`, but sheet\.tsv has no data set `abd`", "abc", "did you mean `abc`")
def override_of_an_unknown_data_set(folder):
    """Overrides for a data set that is not in the sheet."""
    return planned(folder, "name matrix", "abc m.csv", overrides={"abd": {"train": {"epochs": 3}}})


@handled()
def columns_that_begin_with_a_dash(folder):
    """A label called `-log10(p)`: the command must not take it for an option."""
    sheet(folder, "name matrix annotation label", "a m.csv a.csv -log10(p)")
    classes(column="-log10(p)").to_csv("a.csv")
    made = (yield plan()).made
    words = ["prepare", *shlex.split(made.flags("a")), "--prepared", "p", "--summary", "s"]
    assert parser().parse_args(words).label == "-log10(p)"


@refused(r"no column `typ`, the label", "type", "did you mean `type`")
def label_misspelt_before_a_real_snakemake(folder):
    """A misspelt label, found by a real dry run of Snakemake."""
    sheet(folder, "name matrix annotation label", "a m.csv a.csv typ")
    return dry_run({"datasets": "sheet.tsv"})


@handled()
def sheet_before_a_real_snakemake(folder):
    """A sheet and settings that are right, with names that a shell or a wildcard might misread."""
    sheet(folder, "name matrix annotation label", "a.b-c_1 it's_m.csv a.csv $HOME;x", "a m.csv  ")
    counts().to_csv("it's_m.csv")
    classes(column="$HOME;x").to_csv("a.csv")
    yield dry_run({"datasets": "sheet.tsv"})
