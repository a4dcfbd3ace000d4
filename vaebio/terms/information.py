"""Measures of what the latents carry."""

from vaebio.terms.measure import Measure

INFORMATION = (
    Measure(
        "rate_nats",
        "Rate (KL)",
        "nats / observation",
        "neither",
        "kingma2014",
        "KL(q(z|x) || p(z)), summed over the latent units: the information the latents carry "
        "about one observation.",
    ),
    Measure(
        "active_units",
        "Active units",
        "units",
        "neither",
        "burda2016",
        "Units whose posterior mean varies over the observations by more than the threshold.",
    ),
)
