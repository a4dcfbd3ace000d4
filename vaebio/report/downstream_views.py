"""What the latents serve for: clusters, their stability, labels told; members and baselines."""

from collections.abc import Iterator, Sequence

from vaebio.report import downstream_figures as figures
from vaebio.report.class_views import classes
from vaebio.report.headline import ranked
from vaebio.report.integration_views import integration
from vaebio.report.placed import VAE, Level, against_pca, levels
from vaebio.report.rank_views import trade
from vaebio.report.read import Results
from vaebio.report.seeds import splits
from vaebio.report.views import Plot, View, mean_and_spread, model_choice, split_word
from vaebio.terms import ALL, MEASURES
from vaebio.terms.choosing import DOWNSTREAM_NAMES
from vaebio.terms.downstream import STABLE

FIRST = ("kmeans_ari", "cluster_stability")
"""What is shown first, with labels and without."""
TOLD = {
    ALL: "all observations, those of train among them",
    "test": "the observations of test alone",
}


def plots(results: Results) -> list[Plot]:
    """The figures of the section that have something to show."""
    made = (downstream(results), classes(results), trade(results), integration(results))
    return [plot for plot in made if plot.views]


def downstream(results: Results) -> Plot:
    """Every downstream measure of members, baselines and controls."""
    views = [view for model in ranked(results) for view in _views(results, model)]
    return Plot("downstream", _question(results), views)


def _question(results: Results) -> str:
    if results.prepared["label"]:
        return "Do the latents serve clustering and classification better than the baselines?"
    return "How stable are the clusters of the latents, beside the baselines?"


def _views(results: Results, model: str) -> Iterator[View]:
    own, betas = results.of(model), list(results.members["beta"])
    for measure in _order(DOWNSTREAM_NAMES):
        for split in splits(own, measure):
            found = levels(own, measure, split)
            where = {"measure": MEASURES[measure].label, "split": split_word(split)}
            yield View(
                choice=model_choice(model) | where,
                reading=_reading(results, found, model, measure, split),
                figure=figures.dots(found, measure, betas),
                columns=[
                    "what",
                    "latent",
                    "beta",
                    MEASURES[measure].axis,
                    "spread over seeds",
                    "low",
                    "high",
                    "seeds",
                ],
                rows=[_row(level, measure) for level in found],
            )


def _order(names: Sequence[str]) -> list[str]:
    return sorted(names, key=lambda name: name not in FIRST)


def _row(level: Level, measure: str) -> list[str]:
    place = level.place
    beta = "" if place.beta is None else f"{place.beta:g}"
    latent = "" if place.latent is None else f"{place.latent}"
    value = mean_and_spread(level.text(measure))
    seeds = f"{len(level.single) or 1}" if place.kind == VAE else ""
    return [place.name, latent, beta, *value, *level.interval(), seeds]


def _reading(results: Results, found: Sequence[Level], model: str, measure: str, split: str) -> str:
    parts = (
        f"Model: {model}." if model else "",
        against_pca(results, model, measure, split),
        _marks(found, split),
        _interval(found, measure),
        _controls(found),
        _picked(measure),
        MEASURES[measure].meaning,
    )
    return " ".join(filter(None, parts)).replace("`", "")


def _marks(found: Sequence[Level], split: str) -> str:
    dot = "Dot: the mean over seeds, pale ones single seeds" if any(x.single for x in found) else ""
    return f"{dot or 'Dot: one seed'}; of {TOLD.get(split, split)}."


def _interval(found: Sequence[Level], measure: str) -> str:
    if not any(level.half > 0 for level in found):
        return ""
    over = "random halves" if measure == "cluster_stability" else "observations"
    return (
        f"Line: 95 % interval over {over}, the mean of those of the seeds. All share the same "
        "observations, so overlapping lines alone do not show that two are alike."
    )


def _controls(found: Sequence[Level]) -> str:
    if not any(level.place.kind == "control" for level in found):
        return ""
    return "Controls: the labels themselves in place of latents, which none can surpass, and noise."


def _picked(measure: str) -> str:
    """What was chosen with the labels, and so is somewhat too high for all alike."""
    if not measure.startswith("leiden_") or measure in {term.name for term in STABLE}:
        return ""
    return "The resolution was picked by the labels, so this is the most an analyst could reach."
