import json
import os

import pandas as pd
import pytest

from vaebio.errors import VaebioError
from vaebio.report.read import OPTIONAL, read_prepared, read_table
from vaebio.report.timing import read_timing, total
from vaebio.terms import COLUMNS


@pytest.fixture
def folder(results_folder, tmp_path):
    return results_folder(tmp_path / "a", betas=(1.0, 3.0), latents=(2,), seeds=(0, 1), epochs=22)


def edited(path, edit):
    table = pd.read_csv(path, sep="\t", dtype=str, keep_default_na=False)
    edit(table).to_csv(path, sep="\t", index=False)


@pytest.mark.parametrize(
    "name",
    ["members.tsv", "history.tsv", "metrics.tsv", "units.tsv", "features.tsv", "choices.tsv"],
)
def test_a_missing_column_is_named_with_the_nearest(folder, name, read_folder):
    edited(folder / name, lambda t: t.rename(columns={"member": "membr"}))
    with pytest.raises(VaebioError, match=rf"no column `member` in .*{name}") as error:
        read_folder(folder)
    assert error.value.hint == "did you mean `membr`?"


@pytest.mark.parametrize(
    ("name", "edit", "found"),
    [
        ("members.tsv", lambda t: t.assign(beta="much"), "`much` in column beta"),
        ("members.tsv", lambda t: t.assign(beta=""), "an empty beta"),
        ("members.tsv", lambda t: t.assign(status="stoped"), "unknown status `stoped`"),
        ("members.tsv", lambda t: t.assign(likelihood="auto"), "unknown likelihood `auto`"),
        ("members.tsv", lambda t: t.iloc[:0], "no member"),
        ("members.tsv", lambda t: pd.concat([t, t]), "a member twice"),
        ("members.tsv", lambda t: t.assign(seed="0"), "is like a member before it"),
        ("metrics.tsv", lambda t: t.assign(measure="msee"), "unknown measure `msee`"),
        ("metrics.tsv", lambda t: pd.concat([t, t]), "stands twice"),
        ("history.tsv", lambda t: t.assign(mse="x"), "`x` in column mse"),
        ("choices.tsv", lambda t: t.assign(choice="reccomended"), "unknown choice `reccomended`"),
        ("stability.tsv", lambda t: t.assign(measure="mse"), "unknown measure `mse`"),
        ("differences.tsv", lambda t: t.assign(beta="x"), "`x` in column beta"),
        ("correlations.tsv", lambda t: t.assign(measure="x"), "unknown measure `x`"),
    ],
)
def test_garbled_tables_are_refused(folder, name, edit, found, read_folder):
    edited(folder / name, edit)
    with pytest.raises(VaebioError) as error:
        read_folder(folder)
    assert found in error.value.found and name in error.value.found


def test_a_missing_table_is_refused(folder, read_folder):
    (folder / "units.tsv").unlink()
    with pytest.raises(VaebioError, match=r"no file .*units\.tsv"):
        read_folder(folder)


def test_non_finite_numbers_are_absent_with_a_reason(folder, read_folder):
    edited(folder / "metrics.tsv", lambda t: t.assign(value="inf", reason=""))
    metrics = read_folder(folder).metrics
    assert metrics["value"].isna().all()
    assert (metrics["reason"] == "the value is not finite").all()


def test_what_was_not_written_has_no_rows(folder, read_folder):
    for name in OPTIONAL:
        (folder / f"{name}.tsv").unlink()
    found = read_folder(folder)
    for name in OPTIONAL:
        table = getattr(found, name)
        assert table.empty and list(table.columns) == list(COLUMNS[f"{name}.tsv"])


def test_each_model_keeps_its_own_rows_of_every_table(several):
    for model in several.variants:
        own = several.of(model)
        known = {name.rpartition("-")[0] for name in own.members["member"]}
        assert set(own.stability["combination"]) == known
        assert set(own.differences["combination"]) < known
        aside = {"null", "pca-k2", "pca-k8", "control-labels", "control-random"}
        assert set(own.classes["member"]) - aside == set(own.members["member"])
        sound = set(own.members.loc[own.members["status"] != "diverged", "member"])
        assert set(own.strata["member"]) - aside == sound


def test_names_like_na_stay_names(folder):
    edited(folder / "units.tsv", lambda t: t.assign(member="NA"))
    assert set(read_table(folder / "units.tsv", "units.tsv")["member"]) == {"NA"}


@pytest.mark.parametrize(("text", "found"), [("{", "is not JSON"), ("{}", "no key `name`")])
def test_a_garbled_summary_is_refused(tmp_path, text, found):
    (tmp_path / "prepared.json").write_text(text)
    with pytest.raises(VaebioError, match=found):
        read_prepared(tmp_path / "prepared.json")
    with pytest.raises(VaebioError, match="no key `name`"):
        (tmp_path / "prepared.json").write_text(json.dumps([]))
        read_prepared(tmp_path / "prepared.json")


def test_steps_are_named_by_path_in_the_order_they_ended_and_summed(tmp_path):
    (tmp_path / "train").mkdir()
    (tmp_path / "prepare.tsv").write_text("s\th:m:s\tmax_rss\tmean_load\n2.0\t0:00:02\t-\t-\n")
    (tmp_path / "train" / "1.tsv").write_text(
        "s\th:m:s\tmax_rss\tmean_load\n3.0\tx\t10\t150\n5.0\tx\t30\t50\n"
    )
    os.utime(tmp_path / "prepare.tsv", (0, 0))
    steps = read_timing(tmp_path)
    assert [(s.name, s.seconds, s.memory) for s in steps] == [
        ("prepare", 2.0, None),
        ("train/1", 4.0, 30.0),
    ]
    assert (total(steps).seconds, total(steps).memory) == (6.0, 30.0)
    assert total([]) is None


def test_a_file_that_is_no_benchmark_is_refused(tmp_path):
    (tmp_path / "prepare.tsv").write_text("a\tb\n1\t2\n")
    with pytest.raises(VaebioError, match="benchmark file"):
        read_timing(tmp_path)


def test_the_settings_of_a_whole_run_are_those_of_the_data_set(folder, read_folder):
    """By hand the file of a run may be given, in which a data set has settings of its own."""
    (folder / "settings.yaml").write_text(
        "overrides: {pbmc68k: {train: {minibatch: 77}}, other: {train: {minibatch: 88}}}\n"
    )
    assert read_folder(folder).config.train.minibatch == 77
