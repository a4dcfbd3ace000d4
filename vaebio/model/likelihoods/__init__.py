"""Likelihoods: the distribution of a feature given the latents, one small file each.

A likelihood turns the linear maps of the last hidden layer of the decoder into a distribution.
It says what it is a density of, how far observations lie from it (`distortion`, by plain
formulas, differentiable), what values are expected, and the gradient of the distortion in closed
form (`gradient`), which training uses: the linear maps are the largest arrays of a step, and
automatic differentiation would hold and pass over several of each.
"""

from vaebio.model.likelihoods.bernoulli import Bernoulli
from vaebio.model.likelihoods.gaussian import Gaussian
from vaebio.model.likelihoods.nb import NegativeBinomial
from vaebio.model.likelihoods.poisson import Poisson
from vaebio.model.likelihoods.protocol import Likelihood
from vaebio.model.likelihoods.zinb import ZeroInflatedNegativeBinomial

__all__ = ["Likelihood", "likelihood"]


def likelihood(name: str, sigma: str = "unit") -> Likelihood:
    """A likelihood by the name it has in the settings; `sigma` is that of the gaussian."""
    if name == "gaussian":
        return Gaussian(sigma)
    kinds = {
        "nb": NegativeBinomial,
        "zinb": ZeroInflatedNegativeBinomial,
        "poisson": Poisson,
        "bernoulli": Bernoulli,
    }
    return kinds[name]()
