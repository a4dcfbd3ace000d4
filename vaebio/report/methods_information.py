"""What was measured of the latents themselves, in sentences, and of single features."""

from collections.abc import Set

from vaebio.report.numbers import count, plural
from vaebio.report.read import Results
from vaebio.report.references import Citations

PARTS = ("mutual_information_nats", "marginal_kl_nats")


def sentences(results: Results, found: Set[str], citations: Citations) -> list[str]:
    """What was done for those measures that were found; errors by feature where there are some."""
    lines = (
        _by_rate(results, citations) if "active_units_rate" in found else "",
        _parts(results, citations) if found & set(PARTS) else "",
        _bound(results, citations) if "iw_log_likelihood_nats" in found else "",
        _foretold(citations) if "expected_rate_nats" in found else "",
        _strata(results),
        _features(results),
    )
    return [line for line in lines if line]


def _by_rate(results: Results, citations: Citations) -> str:
    threshold = results.config.evaluate.active_rate
    return (
        f"By another definition it is active when its mean rate is above {threshold:g} nats "
        f"{citations.cite('lucas2019')}."
    )


def _parts(results: Results, citations: Citations) -> str:
    most = results.config.evaluate.information_sample
    return (
        "The rate was divided into mutual information and marginal KL "
        f"{citations.cite('hoffman2016')}, and that into total correlation "
        f"and dimension-wise KL {citations.cite('chen2018')}: "
        f"q(z) is the mean of the posteriors of at most {count(most)} observations of a split, the "
        "same for all members, and each of them gave one sample of z."
    )


def _bound(results: Results, citations: Citations) -> str:
    samples = results.config.evaluate.importance_samples
    return (
        "The importance-weighted log-likelihood of test is a lower bound from "
        f"{plural(samples, 'sample')} of each posterior {citations.cite('burda2016')}."
    )


def _foretold(citations: Citations) -> str:
    return (
        "What the best linear VAE reaches at each beta and latent size (active units, rate, MSE) "
        f"follows from the eigenvalues of the covariance of train {citations.cite('lucas2019')}."
    )


def _strata(results: Results) -> str:
    strata = results.strata["stratum"].nunique()
    if not strata:
        return ""
    return (
        f"Errors were told apart in {plural(strata, 'stratum', 'strata')} of features, by "
        "quantiles of their mean abundance on train, with intervals over observations."
    )


def _features(results: Results) -> str:
    if results.features.empty:
        return ""
    return "R² of a single feature is that on test, around its own mean there."
