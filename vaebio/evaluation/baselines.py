"""What members are held against: the train mean and PCA, on the same observations."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from vaebio.evaluation.downstream import without
from vaebio.evaluation.errors import mse_rows
from vaebio.evaluation.features import parts_of
from vaebio.evaluation.measured import Measured
from vaebio.evaluation.observations import Observations
from vaebio.metrics import baselines
from vaebio.metrics.integration import AGGREGATES, INTEGRATION
from vaebio.metrics.panel import Row
from vaebio.metrics.reconstruction import mse
from vaebio.terms import ALL, SPLITS

if TYPE_CHECKING:
    from vaebio.settings import Evaluate


def measure_baselines(
    data: Observations, latents: Sequence[int], settings: "Evaluate"
) -> Iterator[Measured]:
    """The train mean, and PCA with as many components as each latent size."""
    mean = baselines.null(data.train)
    error, parts = mse(data.x, mean, data.observed), parts_of(data, mean, settings)
    yield Measured("null", mse_rows(data, error), errors=error, divided=parts)
    linear = baselines.Linear(data.train, max(latents))
    scores = linear.scores(data.known)
    for k in latents:
        if k > linear.largest:
            yield _no_room(k, linear.largest)
            continue
        x_hat = linear.reconstruct(scores, k)
        error, parts = mse(data.x, x_hat, data.observed), parts_of(data, x_hat, settings)
        metrics = mse_rows(data, error)
        own = {"embedding": scores[:, :k], "errors": error, "divided": parts}
        yield Measured(f"pca-k{k}", metrics, **own)


def _no_room(components: int, largest: int) -> Measured:
    reason = f"train has room for {largest} components"
    absent = [Row(split, name, reason=reason) for split in SPLITS for name in ("mse", "r2")]
    absent += [Row(ALL, name, reason=reason) for name in (*INTEGRATION, *AGGREGATES)]
    return Measured(f"pca-k{components}", [*absent, *without(reason)])
