"""What the page says of several models, from numbers small enough to work out by hand."""

from dataclasses import replace

import pandas as pd
import pytest

from vaebio.report import answer, comparison, limits
from vaebio.report.frontier_views import frontier
from vaebio.report.grid_views import grid
from vaebio.report.headline import clustering
from vaebio.terms import COLUMNS

PREFIX = {"gaussian": "", "nb": "nb-", "zinb": "zinb-"}


def made(small, models):
    """One beta and latent; {likelihood: (validation, [test of each seed])}."""
    members, rows = [], [("null", "test", "mse", 1.0), ("pca-k8", "test", "mse", 0.9)]
    first = small.members[(small.members["latent"] == 8) & (small.members["beta"] == 3)]
    for likelihood, (validation, tests) in models.items():
        own = first.iloc[: len(tests)].assign(likelihood=likelihood)
        own["member"] = PREFIX[likelihood] + own["member"]
        members.append(own)
        for name, test in zip(own["member"], tests, strict=True):
            rows += [(name, "validation", "mse", validation), (name, "test", "mse", test)]
    metrics = pd.DataFrame(rows, columns=list(COLUMNS["metrics.tsv"])[:4])
    metrics = metrics.assign(low=float("nan"), high=float("nan"), reason="")
    return replace(small, members=pd.concat(members, ignore_index=True), metrics=metrics)


def test_the_first_sentences_compare_the_models(small):
    results = made(
        small,
        {
            "gaussian": (0.6, [0.60, 0.61, 0.62]),
            "nb": (0.5, [0.50, 0.51, 0.52]),
            "zinb": (0.55, [0.51, 0.50, 0.53]),
        },
    )
    first, second = answer.sentences(results)
    assert first.startswith(
        "Of 3 models, nb has the lowest validation MSE (beta 3 and latent 8); there the test MSE "
        "is 0.51 ± 0.01"
    )
    # zinb: differences 0.01, -0.01, 0.01; mean 0.0033, half 4.303 * 0.01155 / sqrt(3) = 0.0287.
    # gaussian: 0.1 for every seed, so the interval has no width.
    others, against_pca = second.split(" The MSE of nb is ")
    assert others == (
        "The others have, chosen alike, a test MSE of 0.51 ± 0.02 (zinb at beta 3 and latent 8), "
        "higher by 0.00 (95 % interval −0.03 to 0.03, paired by seed): no difference beyond the "
        "noise; 0.61 ± 0.01 (gaussian at beta 3 and latent 8), higher by 0.10000 (0.10000 to "
        "0.10000): worse, beyond the noise."
    )
    assert against_pca.startswith("0.39 lower than PCA")


def test_a_lower_test_mse_than_that_of_the_chosen_model_is_said(small):
    results = made(small, {"gaussian": (0.5, [0.5, 0.51, 0.5]), "nb": (0.6, [0.4, 0.42, 0.41])})
    assert "Of 2 models, gaussian" in answer.sentences(results)[0]
    text = comparison.others(results)
    assert text.startswith("The other model has, chosen alike,") and "better, beyond" in text


def test_seeds_are_paired_across_models(small):
    """Large differences between seeds, the same in both models, are no noise."""
    shifts = [0.0, 0.2, -0.1]
    one = [0.5 + s for s in shifts]
    other = [0.52 + s + 0.001 * i for i, s in enumerate(shifts)]
    text = comparison.others(made(small, {"gaussian": (0.5, one), "nb": (0.6, other)}))
    assert "higher by 0.021" in text and "worse, beyond the noise" in text


def test_one_seed_judges_no_model(small):
    text = comparison.others(made(small, {"gaussian": (0.5, [0.5]), "nb": (0.6, [0.6])}))
    assert "one seed cannot tell this from noise" in text and "worse" not in text


def test_models_without_a_seed_in_common_are_not_judged(small):
    results = made(small, {"gaussian": (0.5, [0.5]), "nb": (0.6, [0.6, 0.7])})
    others = results.members["likelihood"] == "nb"
    members = results.members.assign(seed=results.members["seed"] + 10 * others)
    assert "no seed in common" in comparison.others(replace(results, members=members))


def test_a_model_without_values_is_named(small):
    results = made(small, {"gaussian": (0.5, [0.5, 0.6]), "nb": (float("nan"), [0.1, 0.1])})
    assert comparison.others(results) == "No member of nb has a validation and a test MSE."


def test_one_model_has_nothing_to_compare(small):
    assert comparison.others(small) == comparison.density_limit(small) == ""
    assert comparison.density_rule(small, "elbo_nats") == ""


def test_the_best_clustering_counts_the_combinations_of_all_models(several):
    assert clustering(several).combinations == 12
    assert any("the highest of 12 and was picked" in line for line in limits.limits(several))


def test_size_counts_the_models(several):
    assert answer.size(several) == "36 members: 3 models × 2 betas × 2 latent sizes × 3 seeds"


def test_densities_of_different_likelihoods_carry_a_warning(several, several_plots):
    for view in several_plots[grid].views:
        warned = "the same values only" in view.reading
        assert warned == (view.choice["measure"] in {"Distortion", "ELBO"})
    assert all("the same values only" in view.reading for view in several_plots[frontier].views)
    limit = comparison.density_limit(several)
    assert "gaussian (scaled values); nb (counts)." in limit
    assert limit in limits.limits(several)


def test_likelihoods_of_the_same_counts_carry_no_warning(several):
    members = several.members.replace({"likelihood": {"gaussian": "zinb"}})
    results = replace(several, members=members)
    assert comparison.described(results) == {"counts": ["zinb", "nb"]}
    assert comparison.density_limit(results) == ""


def test_encoders_of_one_likelihood_can_be_compared_by_every_measure(several):
    members = several.members
    members = members[members["likelihood"] == "gaussian"].reset_index(drop=True)
    results = replace(several, members=members)
    assert results.variants == ["encoder 128", "encoder 256-128"]
    assert comparison.density_limit(results) == ""
    assert not any("the same values only" in view.reading for view in frontier(results).views)


@pytest.mark.parametrize("sigma", ["unit", "shared", "feature"])
def test_baselines_are_distortions_of_the_unit_gaussian_alone(several, sigma):
    model = several.config.model.model_copy(update={"sigma": sigma})
    config = several.config.model_copy(update={"model": model})
    for view in frontier(replace(several, config=config)).views:
        gaussian = view.choice["model"].startswith("gaussian") and sigma == "unit"
        assert len(view.figure.layout.shapes) == (3 if gaussian else 0)
        assert ("have no level here" in view.reading) == (not gaussian)
