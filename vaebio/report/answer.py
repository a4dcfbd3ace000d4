"""The answer: five short paragraphs at most, with numbers and their uncertainty.

Only what the tables show is said. A difference within the noise is never called better, and a
cause is named only where the probes support it.
"""

import math

from vaebio.report import (
    agreement,
    comparison,
    floor,
    prescribed,
    recommendation,
    verdicts,
)
from vaebio.report.chosen import choice, recommended
from vaebio.report.headline import Headline, at, clustering, per_latent, reconstruction
from vaebio.report.numbers import listed, plural, rounded
from vaebio.report.read import Results
from vaebio.report.seeds import baseline, by_seed, values
from vaebio.terms import MEASURES


def sentences(results: Results) -> list[str]:
    """What the tables say, most important first: one short paragraph each, five at most.

    The recommended member and its error; how good that is; what limits it; what to change; what
    the latents serve for.
    """
    chosen, clusters = recommended(results), clustering(results)
    error = chosen or reconstruction(results)
    lines = [_joined(recommendation.named(results), _error(results, chosen))]
    if error:
        lines.append(_how_good(results, chosen, error))
    lines += _why(results)
    if clusters:
        lines.append(_joined(_clustering(results, clusters), _elsewhere(results, error, clusters)))
    else:
        lines.append(recommendation.stable(results))
    return [line for line in lines if line]


def notes(results: Results) -> dict[str, list[str]]:
    """Further sentences, by the section that they stand in."""
    clusters = clustering(results)
    against = ""
    if clusters:
        label = MEASURES[clusters.measure].label
        against = _against_pca(clusters, "higher", f"The highest {label} ({clusters.place})")
    found = {
        "chosen": [recommendation.others(results)],
        "downstream": [against, agreement.sentence(results, clusters)],
    }
    return {section: list(filter(None, lines)) for section, lines in found.items()}


def _how_good(results: Results, chosen: Headline | None, error: Headline) -> str:
    """Against the other models where none is chosen, against PCA and what can be explained."""
    return _joined(
        "" if chosen else comparison.others(results),
        _against_pca(error, "lower", _subject(error)),
        _sizes(results),
        floor.explained(results, error),
    )


def _why(results: Results) -> list[str]:
    """What limits the recommended combination, or the first that was diagnosed; what to change."""
    own, found = results.diagnosis, choice(results, "recommended")
    name = found.combination if found else ""
    if name not in own.names:
        if not own.names:
            return []
        name, subject = own.names[0], f"the reconstruction of {own.names[0]}"
    else:
        subject = "its reconstruction"
    return [verdicts.limited(own, name, subject), prescribed.told(own, name)]


def _joined(*parts: str) -> str:
    return " ".join(filter(None, parts))


def size(results: Results) -> str:
    """How many members, and how they span the grid."""
    members = results.members
    axes = [members[axis].nunique() for axis in ("beta", "latent", "seed")]
    named = list(zip(axes, ("beta", "latent size", "seed"), strict=True))
    if (models := len(results.variants)) > 1:
        axes, named = [models, *axes], [(models, "model"), *named]
    grid = listed([plural(number, noun) for number, noun in named])
    complete = len(members) == math.prod(axes)
    joined = grid.replace(", ", " × ").replace(" and ", " × ") if complete else f"over {grid}"
    return f"{plural(len(members), 'member')}: {joined}"


def _error(results: Results, chosen: Headline | None) -> str:
    """The error of the recommended combination, else where the validation error is lowest."""
    if chosen:
        return f"Its test MSE is {chosen.text} ({_over(chosen)}){_levels(chosen)}."
    error = reconstruction(results)
    if error is None:
        parts = [results.of(name) for name in results.variants]
        reasons = sorted(
            {r for part in parts for r in values(part, "mse", "test")["reason"]} - {""}
        )
        return f"No combination has a validation and a test MSE: {'; '.join(reasons)}."
    where = _where(results, error)
    return f"{where} the test MSE is {error.text} ({_over(error)}){_levels(error)}."


def _levels(error: Headline) -> str:
    """The baselines to hold it against."""
    levels = []
    if error.pca:
        levels.append(f"{error.level(error.pca)} for PCA with {plural(error.latent, 'component')}")
    if error.null:
        levels.append(f"{error.level(error.null)} for predicting the train mean (null)")
    return f", against {listed(levels)}" if levels else ""


def _where(results: Results, error: Headline) -> str:
    models = len(results.variants)
    if models > 1:
        return (
            f"Of {models} models, {error.model} has the lowest validation MSE ({error.spot}); there"
        )
    if error.combinations == 1:
        return f"At {error.place}, the only combination,"
    return f"The validation MSE is lowest at {error.place}; there"


def _subject(error: Headline) -> str:
    return f"The MSE of {error.model}" if error.model else "That"


def _over(headline: Headline) -> str:
    if headline.seeds > 1:
        return f"mean ± standard deviation over {headline.seeds} seeds"
    if math.isfinite(headline.low):
        low, high = (rounded(v, headline.uncertainty) for v in (headline.low, headline.high))
        return f"one seed; 95 % interval over observations {low} to {high}"
    return "one seed"


def _against_pca(headline: Headline, better: str, subject: str = "That") -> str:
    if headline.pca is None:
        return f"PCA with {plural(headline.latent, 'component')} was not measured for comparison."
    gap = headline.gap
    way = "lower" if gap.mean < 0 else "higher"
    if not gap.judged:
        apart = rounded(abs(gap.mean), headline.uncertainty)
        return (
            f"{subject} is {apart} {way} than PCA; with one seed it cannot be said whether this is "
            "more than noise."
        )
    interval = f"± {rounded(gap.half, gap.half)}, 95 % interval over seeds"
    apart = rounded(abs(gap.mean), gap.half)
    start = f"{subject} is {apart} {way} than PCA ({interval})"
    if not gap.beyond_noise:
        return f"{start}: no difference beyond the noise."
    verdict = "better" if way == better else "worse"
    return f"{start}: {verdict}, beyond the noise of the seeds."


def _sizes(results: Results) -> str:
    """At which latent sizes the members are better than PCA of that size, and at which worse.

    Nothing where something is recommended: the grid shows it.
    """
    error = reconstruction(results)
    if error is None or recommended(results):
        return ""
    own, members = results.of(error.model), "its members" if error.model else "members"
    found = [h for h in per_latent(own) if h.gap and h.gap.beyond_noise]
    if len(own.members["latent"].unique()) < 2 or not found:
        return ""
    parts = []
    for word, sizes in (
        ("better", [h for h in found if h.gap.mean < 0]),
        ("worse", [h for h in found if h.gap.mean > 0]),
    ):
        told = listed([f"{h.latent} ({h.text} against {h.level(h.pca)})" for h in sizes])
        if told:
            parts.append(f"{word} at latent {told}")
    return f"Against PCA of the same size, {members} are {'; '.join(parts)}."


def _clustering(results: Results, found: Headline) -> str:
    against = ""
    if found.pca:
        against = f", against {found.level(found.pca)} for PCA of the same size"
        others = [
            (level.value, k)
            for k in sorted(results.members["latent"].unique())
            if (level := baseline(results, f"pca-k{k}", found.measure, found.split))
        ]
        top, k = max(others)
        if k != found.latent:
            against += f" (its best, with {k} components: {rounded(top, found.uncertainty)})"
    return (
        f"{MEASURES[found.measure].label} with the labels is highest {found.phrase}: "
        f"{found.text}{against}."
    )


def _elsewhere(results: Results, error: Headline | None, clusters: Headline) -> str:
    """The clusters of the combination that the error has led to, beside the best ones."""
    if error is None:
        return ""
    chosen = recommended(results) is not None
    if error.place == clusters.place:
        start = "The recommendation" if chosen else "The lowest error"
        return f"{start} leads to the same combination."
    own = results.of(error.model)
    value = at(own, clusters.measure, clusters.split, error.beta, error.latent)
    if value is None:
        return ""
    gap = by_seed(clusters.single, value.single)
    label = MEASURES[clusters.measure].label
    if not gap.judged:
        verdict = "one seed cannot tell whether the two differ"
    elif gap.beyond_noise:
        verdict = "lower, beyond the noise"
    else:
        verdict = "the difference is within the noise"
    where = "At the recommended combination" if chosen else f"At the lowest error ({error.place})"
    return f"{where} the {label} is {value.text}: {verdict}."
