"""What the benchmark times is all that is measured, at small size."""

from pathlib import Path

from vaebio.evaluation.downstream import PLACES

ROOT = Path(__file__).parents[2]


def test_every_group_is_timed_and_every_measure_made(monkeypatch):
    monkeypatch.syspath_prepend(ROOT)
    from benchmarks import evaluation_speed as benchmark

    made, labels, rows = benchmark.drawn(2, 300)
    assert [one.shape for one in made] == [(300, 2), (300, 8)]
    assert len(benchmark.groups(made, labels, rows)) == 8
    found = benchmark.everything(made, labels, rows, 1)
    assert found["rows"] == 2 * sum(len(names) for names in PLACES.values())
