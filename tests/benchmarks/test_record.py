"""Results say how they were made, and nothing of the folders of the machine that made them."""

import json
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_a_command_names_the_data_by_their_variable_and_no_folder(monkeypatch):
    monkeypatch.syspath_prepend(ROOT)
    from benchmarks import record

    monkeypatch.setenv(record.DATA, "/somewhere/data")
    given = ["/somewhere/data/a.h5ad", "--json", "/elsewhere/b.json", "--epochs", "3", "results/c"]
    command = record.head("python -m x", given)["command"]
    assert command == f"python -m x ${record.DATA}/a.h5ad --json b.json --epochs 3 results/c"


def test_committed_results_say_their_command_without_a_folder_of_a_machine():
    found = sorted((ROOT / "benchmarks/results").glob("*.json"))
    assert len(found) > 5
    for path in found:
        result = json.loads(path.read_text())
        assert result["command"].startswith("python -m benchmarks."), path.name
        assert not re.search(r"(^|\s)/", result["command"]), path.name
        assert {"date", "machine"} <= set(result)


def test_a_result_is_written_whole(monkeypatch, tmp_path, capsys):
    monkeypatch.syspath_prepend(ROOT)
    from benchmarks import record

    record.tell_and_keep({"a": 1}, tmp_path / "r.json")
    assert json.loads((tmp_path / "r.json").read_text()) == {"a": 1}
    assert json.loads(capsys.readouterr().out) == {"a": 1}
    record.keep({"a": 1}, None)
    assert [p.name for p in tmp_path.iterdir()] == ["r.json"]
