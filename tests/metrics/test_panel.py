import numpy as np

from vaebio.metrics.panel import mean_row


def test_a_mean_that_is_not_finite_is_absent():
    row = mean_row("test", "mse", np.array([1.0, np.inf]))
    assert row.value is None
    assert "diverged" in row.reason
