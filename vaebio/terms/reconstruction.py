"""Measures of the error and of what the objective is made of."""

from vaebio.terms.measure import Measure

RECONSTRUCTION = (
    Measure(
        "mse",
        "MSE",
        "squared error per feature, scaled units",
        "lower",
        "",
        "Squared error of the reconstruction from the posterior mean, averaged over observations "
        "and features. The features have variance 1 on train, so predicting the train mean "
        "costs about 1.",
    ),
    Measure(
        "mse_sample",
        "MSE of samples",
        "squared error per feature, scaled units",
        "lower",
        "",
        "As the MSE, of the reconstruction from one sample of the posterior instead of its mean. "
        "The difference is what the noise of the latents costs.",
    ),
    Measure(
        "explained",
        "Explained fraction",
        "",
        "higher",
        "",
        "(null - MSE) / (null - noise floor): how much of what could be explained was. 0 is as "
        "good as the train mean, 1 as good as the noise allows; above 1 on train, noise was "
        "learned. The interval has the floor's own in it.",
    ),
    Measure(
        "r2",
        "R²",
        "",
        "higher",
        "",
        "Share of the variance of the scaled values, over observations and features, that the "
        "reconstruction from the posterior mean explains: 1 - sum of squared errors / sum of "
        "squares around the split's own feature means. Negative when worse than those means.",
    ),
    Measure(
        "distortion_nats",
        "Distortion",
        "nats / observation",
        "lower",
        "alemi2018",
        "-E log p(x|z) under the posterior, summed over the features: what the latents fail to "
        "say about one observation.",
    ),
    Measure(
        "elbo_nats",
        "ELBO",
        "nats / observation",
        "higher",
        "kingma2014",
        "-(distortion + rate): a lower bound of log p(x), never weighted by beta.",
    ),
    Measure(
        "objective_nats",
        "Objective",
        "nats / observation",
        "lower",
        "higgins2017",
        "distortion + beta x rate with the member's own beta: what its training minimised, unless "
        "free bits or a capacity set another price of the rate. Not comparable between betas.",
    ),
)
