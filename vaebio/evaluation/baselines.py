"""What members are held against: the train mean and PCA, on the same observations."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from vaebio.evaluation.downstream import downstream_rows
from vaebio.evaluation.errors import mse_rows
from vaebio.evaluation.measured import Measured
from vaebio.evaluation.observations import Observations
from vaebio.metrics import baselines
from vaebio.metrics.panel import CLUSTERING, Row
from vaebio.metrics.reconstruction import mse
from vaebio.terms import ALL, SPLITS

if TYPE_CHECKING:
    from vaebio.settings import Evaluate


def measure_baselines(
    data: Observations, latents: Sequence[int], settings: "Evaluate"
) -> Iterator[Measured]:
    """The train mean, and PCA with as many components as each latent size."""
    error = mse(data.x, baselines.null(data.train), data.observed)
    yield Measured("null", mse_rows(data, error), errors=error)
    linear = baselines.Linear(data.train, max(latents), data.decomposition)
    scores = linear.scores(data.known)
    for k in latents:
        if k > linear.largest:
            yield _no_room(k, linear.largest)
            continue
        error = mse(data.x, linear.reconstruct(scores, k), data.observed)
        metrics = mse_rows(data, error) + downstream_rows(data, scores[:, :k], settings)
        yield Measured(f"pca-k{k}", metrics, embedding=scores[:, :k], errors=error)


def _no_room(components: int, largest: int) -> Measured:
    reason = f"train has room for {largest} components"
    absent = [Row(split, name, reason=reason) for split in SPLITS for name in ("mse", "r2")]
    absent += [Row(split, name, reason=reason) for split in (ALL, "test") for name in CLUSTERING]
    return Measured(f"pca-k{components}", absent)
