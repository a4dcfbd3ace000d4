import os
import time

import pytest

from vaebio import files
from vaebio.errors import VaebioError, did_you_mean, refusals
from vaebio.files import whole


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(tmp_path):
    target = tmp_path / "table.tsv"
    target.write_text("old")
    with pytest.raises(RuntimeError), whole(target) as temporary:
        temporary.write_text("half")
        raise RuntimeError
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_folder_takes_the_place_of_the_old_one(tmp_path):
    target = tmp_path / "models"
    for content in ("old", "new"):
        with whole(target) as temporary:
            temporary.mkdir()
            (temporary / content).touch()
    assert [p.name for p in target.iterdir()] == ["new"]
    assert list(tmp_path.iterdir()) == [target]


def test_what_a_killed_process_left_does_not_hinder_one_of_the_same_number(tmp_path, monkeypatch):
    """As in a container, where every process may have the number 1."""
    target = tmp_path / "models"
    with monkeypatch.context() as patch, pytest.raises(RuntimeError), whole(target) as temporary:
        patch.setattr(files.shutil, "rmtree", lambda *_: None)
        patch.setattr(files.Path, "unlink", lambda *_, **__: None)
        temporary.mkdir()
        raise RuntimeError
    assert temporary.is_dir()
    with whole(target) as other:
        other.mkdir()
    assert target.is_dir()


def test_the_suffix_stays_last(tmp_path):
    with whole(tmp_path / "a.h5ad") as temporary:
        assert temporary.suffix == ".h5ad"
        temporary.touch()


def test_an_error_is_three_lines():
    error = VaebioError(found="a", expected="b", hint="c")
    assert str(error) == "Found: a.\nExpected: b.\nHint: c."


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("bulk_label", "did you mean `bulk_labels`?"),
        ("Phase", "did you mean `phase`?"),
        ("xyzzy", "otherwise"),
    ],
)
def test_the_nearest_name_is_offered_when_there_is_one(name, hint):
    assert did_you_mean(name, ["bulk_labels", "phase"], "otherwise") == hint


def test_refusals_are_those_of_this_run(tmp_path):
    lines = "Found: a.\nExpected: b.\nHint: c."
    for name, text in (("new", f"step one\n{lines}\n"), ("fine", "step one\n"), ("old", lines)):
        (tmp_path / f"{name}.log").write_text(text)
    os.utime(tmp_path / "old.log", (0, 0))
    assert refusals(tmp_path, since=time.time() - 60) == {str(tmp_path / "new.log"): lines}
