"""What the best linear VAE would have reached."""

from vaebio.terms.measure import Measure

FRONTIER = (
    Measure(
        "expected_active_units",
        "Expected active units",
        "units",
        "neither",
        "lucas2019",
        "Active units of the best linear VAE with the member's beta and latent size: directions "
        "of train whose variance (eigenvalue of the covariance) is above beta. Known before any "
        "training; for the gaussian likelihood with sigma 1.",
    ),
    Measure(
        "expected_rate_nats",
        "Expected rate",
        "nats / observation",
        "neither",
        "lucas2019",
        "Rate of that linear VAE: half the logarithm of eigenvalue over beta, summed over its "
        "active units.",
    ),
    Measure(
        "expected_mse",
        "Expected MSE",
        "squared error per feature, scaled units",
        "neither",
        "lucas2019",
        "MSE on train of that linear VAE, from the posterior mean. A member that has a lower MSE "
        "on train at no higher rate makes use of its hidden layers; one with a higher MSE on train "
        "has not reached what a linear model can. Where values were missing it is somewhat too "
        "high, and a linear model can be below it.",
    ),
    Measure(
        "expected_mse_sample",
        "Expected MSE of samples",
        "squared error per feature, scaled units",
        "neither",
        "lucas2019",
        "MSE on train of that linear VAE, from a sample of the posterior: of the variance of every "
        "active direction beta is lost, and of every other one all.",
    ),
)
