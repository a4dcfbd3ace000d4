"""What members are held against: the train mean, PCA and NMF, on the same observations."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from vaebio.evaluation.errors import mse_rows
from vaebio.evaluation.factors import measure_factors
from vaebio.evaluation.features import parts_of
from vaebio.evaluation.measured import Measured
from vaebio.evaluation.observations import Observations
from vaebio.evaluation.sized import absent, sized
from vaebio.metrics import baselines
from vaebio.metrics.reconstruction import mse

if TYPE_CHECKING:
    from vaebio.settings import Evaluate


def measure_baselines(
    data: Observations, latents: Sequence[int], settings: "Evaluate"
) -> Iterator[Measured]:
    """The train mean, and PCA and NMF with as many components as each latent size."""
    mean = baselines.null(data.train)
    error, parts = mse(data.x, mean, data.observed), parts_of(data, mean, settings)
    yield Measured("null", mse_rows(data, error), errors=error, divided=parts)
    linear = baselines.Linear(data.train, max(latents), data.decomposition)
    scores = linear.scores(data.known)
    for k in latents:
        if k > linear.largest:
            yield absent(f"pca-k{k}", f"train has room for {linear.largest} components")
        else:
            x_hat = linear.reconstruct(scores, k)
            yield sized(f"pca-k{k}", data, x_hat, scores[:, :k], settings)
    yield from measure_factors(data, latents, settings)
