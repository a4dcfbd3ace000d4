import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from vaebio.cli import main as cli


def test_help_names_every_verb_and_each_explains_itself(capsys):
    assert cli.main([]) == 2
    text = capsys.readouterr().out
    for verb in cli.VERBS:
        assert verb in text
        with pytest.raises(SystemExit) as end:
            cli.main([verb, "--help"])
        assert end.value.code == 0
        assert len(capsys.readouterr().out) > 200


def test_version_is_that_of_the_package(capsys):
    assert cli.main(["--version"]) == 0
    assert capsys.readouterr().out.strip() == f"vaebio {version('vaebio')}"


def test_help_is_quick_to_come():
    """No heavy library: see test_floors; here that the installed command exists and works."""
    command = os.path.join(os.path.dirname(sys.executable), "vaebio")
    run = subprocess.run([command, "train", "--help"], capture_output=True, text=True, check=True)
    assert "--store" in run.stdout


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["train", "no.h5ad", "--store", "s", "--members", "m"], "no.h5ad"),
        (["collect", "no.tsv", "--store", "s", "--members", "m"], "no.tsv"),
    ],
)
def test_a_missing_file_is_three_lines_and_exit_code_2(words, found, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "s.yaml").write_text("{}")
    more = {"train": ["--settings", "s.yaml"], "collect": ["--history", "h", "--models", "d"]}
    assert cli.main(words + more[words[0]]) == 2
    lines = capsys.readouterr().err.strip().splitlines()
    assert [line.split(":")[0] for line in lines] == ["Found", "Expected", "Hint"]
    assert found in lines[0]


@pytest.mark.parametrize("verb", ["collect", "evaluate"])
def test_a_table_of_something_else_is_three_lines_and_exit_code_2(verb, tmp_path, capsys):
    table, more = str(tmp_path / "t.tsv"), str(tmp_path / "more")
    Path(table).write_text("name\tage\na\t3\n")
    words = {
        "collect": [table, *("--store", more, "--members", more, "--history", more)],
        "evaluate": [more, *("--members", table, "--settings", more, "--metrics", more)]
        + ["--units", more, "--features", more, "--strata", more, "--classes", more]
        + ["--embeddings", more],
    }
    assert cli.main([verb, *words[verb], "--models", more]) == 2
    told = capsys.readouterr().err
    assert "`member` in" in told and "t.tsv" in told.splitlines()[0]


def test_a_place_that_cannot_be_written_is_no_traceback(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    out = str(tmp_path / "file" / "inside.h5ad")
    words = ["prepare", "builtin:pbmc68k", "--prepared", out, "--summary", str(tmp_path / "s")]
    assert cli.main(words) == 2
    assert "Found: " in capsys.readouterr().err


def test_a_device_that_is_not_there_is_refused(tmp_path):
    from vaebio.cli.train import choose_device
    from vaebio.errors import VaebioError

    assert str(choose_device("cpu")) == "cpu"
    assert choose_device("auto").type in {"cpu", "cuda", "mps"}
    with pytest.raises(VaebioError, match="set `train.device` to auto"):
        choose_device("cuda:99")


def test_threads_wait_patiently_unless_the_user_decides(monkeypatch, capsys):
    names = ("OMP_WAIT_POLICY", "GOMP_SPINCOUNT")
    for name in names:
        monkeypatch.setenv(name, "")  # so that what is set here is undone
        monkeypatch.delenv(name)
    cli.main(["--version"])
    assert [os.environ.get(name) for name in names] == ["passive", "10000"]
    monkeypatch.setenv("OMP_WAIT_POLICY", "active")
    monkeypatch.delenv("GOMP_SPINCOUNT")
    cli.main(["--version"])
    assert [os.environ.get(name) for name in names] == ["active", None]
