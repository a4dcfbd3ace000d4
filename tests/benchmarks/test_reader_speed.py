"""The benchmark of reading, at small size: all readers give the same values."""

import json
from pathlib import Path

import pytest
import torch

ROOT = Path(__file__).parents[2]


def test_it_runs_and_tells(monkeypatch, tmp_path, capsys):
    monkeypatch.syspath_prepend(ROOT)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    from benchmarks import machine, reader_speed

    # The tests keep their threads and cores.
    monkeypatch.setattr(machine, "use_one_core", lambda cpu: None)
    sizes = ["--observations", "600", "--features", "200", "--keep", "50"]
    reader_speed.main(
        [*sizes, "--minibatches", "4", "--turns", "1", "--json", f"{tmp_path}/a.json"]
    )
    result = json.loads((tmp_path / "a.json").read_text())
    assert capsys.readouterr().out.strip() == json.dumps(result, indent=1)
    assert set(result["mapped_is_faster_by"]) == {reader_speed.MEMORY, reader_speed.BACKED}


def test_readers_that_differ_are_not_compared(monkeypatch):
    monkeypatch.syspath_prepend(ROOT)
    from benchmarks import reader_speed

    options = reader_speed.parser().parse_args(["--observations", "512", "--minibatches", "2"])
    readers = {str(i): lambda rows, i=i: torch.full((len(rows), 3), i) for i in (1, 2)}
    with pytest.raises(RuntimeError, match="different values"):
        reader_speed.contest(readers, options)
