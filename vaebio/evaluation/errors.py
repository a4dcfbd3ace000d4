"""The squared errors of a reconstruction as rows of every split."""

import numpy as np
from jaxtyping import Float

from vaebio.evaluation.observations import Observations
from vaebio.metrics.panel import Row, mean_row, r2_row


def mse_rows(data: Observations, error: Float[np.ndarray, " observation"]) -> list[Row]:
    """Error and R² on every split, from the squared error of each observation."""
    found = [mean_row(split, "mse", error[rows]) for split, rows in data.rows.items()]
    return found + r2_rows(data, error)


def r2_rows(data: Observations, error: Float[np.ndarray, " observation"]) -> list[Row]:
    """R² on every split: against the variance of its own observations."""
    return [r2_row(split, error[rows], data.variance[split]) for split, rows in data.rows.items()]
