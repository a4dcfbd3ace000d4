"""The plan of a run, without running Snakemake."""

import shlex

import pytest
import yaml

from vaebio.cli.main import parser
from vaebio.errors import VaebioError
from vaebio.workflow import ALL_STEPS, STEPS, Plan


@pytest.fixture
def sheet(tmp_path):
    path = tmp_path / "datasets.tsv"
    path.write_text("name\tmatrix\tlabel\npbmc\tbuiltin:pbmc68k\tbulk_labels\n")
    return path


def plan(sheet, **sections):
    return Plan.of({"datasets": str(sheet), **sections})


@pytest.mark.parametrize(
    ("section", "change", "reached"),
    [
        ("prepare", {"clip": 5.0}, {"prepare"}),
        ("model", {"encoder": [7]}, {"train"}),
        ("grid", {"betas": [2.0]}, {"train"}),
        ("train", {"epochs": 33}, {"train", "diagnose"}),
        ("evaluate", {"seed": 9}, {"evaluate", "choose"}),
        ("evaluate", {"choose": {"draws": 9}}, {"choose"}),
        ("diagnose", {"members": 2}, {"diagnose"}),
        ("report", {"title": "x"}, set()),
    ],
)
def test_a_setting_reaches_its_step_and_no_other(sheet, section, change, reached):
    before, after = plan(sheet), plan(sheet, **{section: change})
    changed = {s for s in STEPS if before.text("pbmc", s) != after.text("pbmc", s)}
    assert changed == reached
    assert before.text("pbmc", ALL_STEPS) != after.text("pbmc", ALL_STEPS)


def test_overrides_reach_the_files_of_their_data_set(sheet):
    found = plan(sheet, overrides={"pbmc": {"train": {"epochs": 44}}})
    assert yaml.safe_load(found.text("pbmc", "train"))["train"]["epochs"] == 44


def test_the_row_of_the_sheet_becomes_arguments_that_parse(sheet, tmp_path):
    matrix = tmp_path / "it's a matrix.csv"
    matrix.write_text(",g\na,1\n")
    sheet.write_text(f"name\tmatrix\tkind\nmine\t{matrix}\tcounts\n")
    found = plan(sheet)
    words = ["prepare", *shlex.split(found.flags("mine")), "--prepared", "a", "--summary", "b"]
    arguments = parser().parse_args(words)
    assert (str(arguments.matrix), arguments.name, arguments.kind) == (
        str(matrix),
        "mine",
        "counts",
    )
    assert found.files("mine") == [str(matrix)]


def test_the_files_of_a_folder_are_those_that_are_read(sheet, tmp_path):
    folder = tmp_path / "tenx"
    folder.mkdir()
    read = [folder / name for name in ("matrix.mtx", "barcodes.tsv", "genes.tsv")]
    for path in [*read, folder / "notes.txt"]:
        path.write_text("")
    (tmp_path / "a.csv").write_text("n,label\nc,x\n")
    sheet.write_text(f"name\tmatrix\tannotation\nmine\t{folder}\t{tmp_path / 'a.csv'}\n")
    assert plan(sheet).files("mine") == [*map(str, read), str(tmp_path / "a.csv")]


def test_builtin_data_have_no_files(sheet):
    assert plan(sheet).files("pbmc") == []


@pytest.mark.parametrize(("wanted", "number"), [("auto", 1), (3, 3), (100, 12)])
def test_stacks_are_as_many_as_wanted_but_not_more_than_members(sheet, wanted, number):
    grid = {"betas": [1, 2], "latents": [2, 4], "seeds": [0, 1]}
    assert plan(sheet, grid=grid, train={"stacks": wanted}).stacks("pbmc") == list(
        range(1, number + 1)
    )


def test_lists_of_architectures_multiply_the_members(sheet):
    grid = {"betas": [1], "latents": [2], "seeds": [0], "likelihoods": ["gaussian", "nb"]}
    grid["encoders"] = [[64], [32], []]
    assert len(plan(sheet, grid=grid, train={"stacks": 100}).stacks("pbmc")) == 12


@pytest.mark.parametrize(
    ("row", "sections", "found"),
    [
        ("\t", {"model": {"batch": True}}, "pbmc has no technical batch"),
        ("\tcontinuous", {"model": {"likelihood": "zinb"}}, "`zinb`.*of kind continuous"),
        ("\tcontinuous", {"grid": {"likelihoods": ["gaussian", "nb"]}}, "likelihood `nb`"),
    ],
)
def test_a_model_that_the_sheet_rules_out_is_refused_before_any_job(sheet, row, sections, found):
    sheet.write_text(f"name\tmatrix\tkind\npbmc\tbuiltin:pbmc68k{row}\n")
    with pytest.raises(VaebioError, match=found):
        plan(sheet, **sections)


def test_a_misspelt_label_is_refused_before_any_job(sheet):
    sheet.write_text("name\tmatrix\tlabel\npbmc\tbuiltin:pbmc68k\tbulk_label\n")
    with pytest.raises(VaebioError, match="did you mean `bulk_labels`"):
        plan(sheet)
