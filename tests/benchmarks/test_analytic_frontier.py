"""A linear VAE that the engine trained agrees with the formula of its optimum, at small size."""

from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_a_trained_linear_vae_agrees_with_the_formula(monkeypatch):
    monkeypatch.syspath_prepend(ROOT)
    from benchmarks import analytic_frontier as benchmark

    task = benchmark.Task("small", benchmark.simulated(100, 20, 3), (1, 3))
    found = benchmark.compare(task, benchmark.training(200, 20, 0.02))
    worst = benchmark.worst(found["members"])
    assert len(found["members"]) == 8
    assert {m["expected"]["active_units"] for m in found["members"]} == {0, 1, 2, 3}
    assert worst["active_units"] <= 1
    assert worst["mse"] < 0.02
    assert worst["mse_sample"] < 0.03
    assert worst["rate"] < 0.05
    assert worst["small_rate_nats"] < 0.01
