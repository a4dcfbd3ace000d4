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
    Measure(
        "active_units_rate",
        "Active units by rate",
        "units",
        "neither",
        "lucas2019",
        "Units whose mean rate is above the threshold `active_rate`. Those that are active by "
        "their rate alone cost nats while their posterior mean hardly varies.",
    ),
    Measure(
        "mutual_information_nats",
        "Mutual information",
        "nats / observation",
        "neither",
        "hoffman2016",
        "What the latents tell about which observation of the split they are of: the mean of "
        "KL(q(z|x) || q(z)), where q(z) is the mean of the posteriors of the split's observations, "
        "of at most `information_sample` of them; from one sample of z for each. It cannot exceed "
        "the logarithm of their number, and is absent where it is near that. Over those "
        "observations, mutual information and marginal KL sum to the rate.",
    ),
    Measure(
        "marginal_kl_nats",
        "Marginal KL",
        "nats / observation",
        "lower",
        "hoffman2016",
        "KL(q(z) || p(z)) of the mean of the posteriors and the prior: the part of the rate that "
        "tells nothing of the observation, and how far draws from the prior are from what the "
        "decoder has learned. Rate less mutual information.",
    ),
    Measure(
        "total_correlation_nats",
        "Total correlation",
        "nats / observation",
        "neither",
        "chen2018",
        "KL of q(z), the mean of the posteriors, and the product of its units' own distributions: "
        "what the units have in common. 0 when they are independent. With the dimension-wise KL it "
        "makes up the marginal KL.",
    ),
    Measure(
        "dimension_kl_nats",
        "Dimension-wise KL",
        "nats / observation",
        "lower",
        "chen2018",
        "KL(q(z_j) || p(z_j)), summed over the units: how far each by itself is from the prior, "
        "over all observations.",
    ),
    Measure(
        "iw_log_likelihood_nats",
        "Importance-weighted log-likelihood",
        "nats / observation",
        "higher",
        "burda2016",
        "Lower bound of log p(x) from several samples of the posterior (`importance_samples`), "
        "weighted by p(x, z) / q(z|x): a tighter one than the ELBO, whose distance from it is part "
        "of what a better posterior would gain. Like the ELBO never weighted by beta.",
    ),
)
