import json
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from vaebio import settings
from vaebio.configuration import check_overrides, parse_config, read_config, read_sheet, resolve
from vaebio.errors import VaebioError

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("config/config.yaml", settings.commented_yaml()),
        ("workflow/schemas/config.schema.json", settings.json_schema(settings.Config)),
        ("workflow/schemas/datasets.schema.json", settings.json_schema(settings.Dataset)),
    ],
)
def test_generated_files_are_those_of_the_types(path, content):
    assert (ROOT / path).read_text() == content, "run `make settings`"


def test_the_generated_yaml_holds_the_defaults_and_fits_the_schema():
    content = yaml.safe_load((ROOT / "config/config.yaml").read_text())
    assert parse_config(content, "config.yaml") == settings.Config()
    schema = json.loads((ROOT / "workflow/schemas/config.schema.json").read_text())
    Draft202012Validator(schema).validate(content)
    assert list(Draft202012Validator(schema).iter_errors({"train": {"epoch": 3}}))


def described(model):
    for name, field in model.model_fields.items():
        nested = field.annotation
        if isinstance(nested, type) and issubclass(nested, settings.Settings):
            yield from described(nested)
        else:
            yield f"{model.__name__}.{name}", field.description


@pytest.mark.parametrize(("key", "description"), [*described(settings.Config)])
def test_every_key_is_described(key, description):
    assert description, key


@pytest.mark.parametrize(
    ("content", "found", "hint"),
    [
        ({"train": {"epoch": 3}}, "unknown key `train.epoch`", "`epochs`"),
        ({"grids": {}}, "unknown key `grids`", "`grid`"),
        ({"train": {"epochs": 0}}, "train.epochs: 0", "config.yaml"),
        ({"train": {"epochs": "many"}}, "train.epochs", "config.yaml"),
        ({"train": {"free_bits": 0.1, "capacity": 5}}, "train", "config.yaml"),
        ({"train": {"learning_rate_end": 0}}, "train.learning_rate_end", "config.yaml"),
        ({"model": {"dropout": 1}}, "model.dropout", "config.yaml"),
        ({"grid": {"encoders": [[64], [64]]}}, "grid.encoders", "config.yaml"),
        ({"grid": {"betas": []}}, "grid.betas", "config.yaml"),
        ({"grid": {"betas": [1, 1.0]}}, "grid.betas", "config.yaml"),
        ({"grid": {"betas": [0]}}, "`grid`", "config.yaml"),
        ({"grid": {"betas": [float("nan")]}}, "grid.betas", "config.yaml"),
        ({"prepare": {"split": {"train": 0.9}}}, "prepare.split", "config.yaml"),
        ({"model": {"likelihood": "nbinom"}}, "model.likelihood", "did you mean `nb`"),
        ({"overrides": {"a": {"trian": {}}}}, "overrides.a.trian", "`train`"),
        ({"overrides": {"a": {"train": {"epoch": 3}}}}, "epoch", "did you mean"),
        ([1, 2], "settings", "config.yaml"),
    ],
)
def test_a_wrong_setting_is_refused_in_three_lines(content, found, hint):
    def check():
        config = parse_config(content, "mine.yaml")
        for dataset in config.overrides:
            resolve(config, dataset, "mine.yaml")

    with pytest.raises(VaebioError) as error:
        check()
    lines = str(error.value).splitlines()
    assert [line.split(":")[0] for line in lines] == ["Found", "Expected", "Hint"]
    assert found in lines[0]
    assert "mine.yaml" in lines[0]
    assert hint in lines[2]


def test_overrides_reach_one_data_set_alone_and_only_the_key_they_name():
    config = parse_config({"overrides": {"a": {"train": {"epochs": 7, "warmup": 1}}}}, "x")
    assert resolve(config, "a").train.epochs == 7
    assert resolve(config, "a").train.minibatch == config.train.minibatch
    assert resolve(config, "b").train == config.train


def test_an_override_without_its_data_set_is_refused():
    config = parse_config({"overrides": {"pbmc": {"train": {"epochs": 70}}}}, "x")
    sheet = {"pbmc68k": settings.Dataset(name="pbmc68k", matrix="builtin:pbmc68k")}
    with pytest.raises(VaebioError, match="did you mean `pbmc68k`"):
        check_overrides(config, sheet)


def test_yaml_that_is_not_yaml_is_refused(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text("train:\n\tepochs: 3\n")
    with pytest.raises(VaebioError, match="tabs are not allowed"):
        read_config(path)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("overrides: &a\n  d: *a\n", "overrides.d"),
        ("grid:\n  betas: &b [1, *b]\n", "grid.betas.1"),
        ("overrides:\n  d:\n    grid: &g {latents: [2, *g]}\n", "overrides.d.grid.latents.1"),
    ],
    ids=["mapping", "list", "both"],
)
def test_an_alias_inside_its_own_anchor_is_refused_in_three_lines(tmp_path, text, key):
    path = tmp_path / "mine.yaml"
    path.write_text(text)
    with pytest.raises(VaebioError) as error:
        read_config(path)
    lines = str(error.value).splitlines()
    assert [line.split(":")[0] for line in lines] == ["Found", "Expected", "Hint"]
    assert f"`{key}` in {path}" in lines[0]


def test_an_alias_of_what_stands_elsewhere_is_as_good_as_that(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text("model: {encoder: &w [64, 32], decoder: *w}\n")
    assert read_config(path).model.decoder == (64, 32)


HEADER = "name\tmatrix\tlabel"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", "no column `name`"),
        (HEADER, "no rows"),
        ("name\tmatrx\na\tb", "unknown column `matrx`"),
        ("name matrix\na b", "unknown column"),
        ("name\na", "no column `matrix`"),
        (f"{HEADER}\na\tbuiltin:pbmc68k\tx\na\tbuiltin:pbmc68k\tx", "stands twice"),
        (f"{HEADER}\n../a\tbuiltin:pbmc68k\tx", "../a"),
        (f"{HEADER}\na\tnowhere.h5ad\tx", "nowhere.h5ad"),
        (f"{HEADER}\na\tbuiltin:pbmc68k\tx\tmore", "more"),
        (f"{HEADER}\n\tbuiltin:pbmc68k\tx", "no `name`"),
    ],
)
def test_a_wrong_sheet_is_refused_in_three_lines(tmp_path, text, found):
    path = tmp_path / "datasets.tsv"
    path.write_text(text)
    with pytest.raises(VaebioError) as error:
        read_sheet(path)
    assert found in str(error.value).splitlines()[0]


def test_a_missing_matrix_names_the_nearest_file(tmp_path):
    (tmp_path / "pbmc.h5ad").touch()
    path = tmp_path / "datasets.tsv"
    path.write_text(f"name\tmatrix\na\t{tmp_path}/pmbc.h5ad\n")
    with pytest.raises(VaebioError, match="did you mean `pbmc.h5ad`"):
        read_sheet(path)


def test_a_sheet_is_read_with_defaults_for_what_it_leaves_out(tmp_path):
    path = tmp_path / "datasets.tsv"
    path.write_text(
        "\ufeffname\tmatrix\tkind\nb\tbuiltin:pbmc68k\t\na.1\tbuiltin:pbmc68k\tcounts\n"
    )
    sheet = read_sheet(path)
    assert list(sheet) == ["b", "a.1"]
    assert sheet["b"].kind == "auto"
    assert sheet["a.1"].kind == "counts"
