"""What the numbers of the answer do not say: what failed, what was chosen, what is not measured."""

import math

from vaebio.report import comparison, floor
from vaebio.report.chosen import recommended
from vaebio.report.headline import Headline, clustering, reconstruction
from vaebio.report.methods_data import has_missing
from vaebio.report.numbers import listed, percent, plural, rounded
from vaebio.report.read import Results
from vaebio.report.seeds import measured
from vaebio.terms import MEASURES


def limits(results: Results) -> list[str]:
    """What the numbers cannot say: failed members, choices, what was not measured."""
    error, clusters = reconstruction(results), clustering(results)
    lines = [_failed(results)]
    lines += [_edge(results.of(error.model), error) if error else ""]
    lines += [_observations(recommended(results) or error)]
    lines += [floor.method(results, error), comparison.density_limit(results), _missing(results)]
    if clusters and clusters.combinations > 1:
        lines.append(
            f"The best {MEASURES[clusters.measure].label} is the highest of "
            f"{clusters.combinations} and was picked by the labels themselves, so it is "
            "somewhat too high."
        )
    if clusters and clusters.pca:
        lines.append("PCA was clustered once, so the noise of its own clusters is in no interval.")
    lines += unmeasured(results)
    lines.append(_undiagnosed(results))
    return [line for line in lines if line]


def unmeasured(results: Results) -> list[str]:
    """One sentence for each reason why a measure is absent for every member."""
    known = set(measured(results))
    reasons: dict[str, list[str]] = {}
    for name in MEASURES:
        if name in known:
            continue
        rows = results.metrics[results.metrics["measure"] == name]
        rows = rows[~rows["member"].isin(results.autoencoders["member"])]
        said = [reason for reason in rows["reason"].unique() if reason]
        reasons.setdefault("; ".join(said) or "not in the tables", []).append(MEASURES[name].label)
    return [
        f"{listed(labels)} could not be measured: {reason}." for reason, labels in reasons.items()
    ]


def _undiagnosed(results: Results) -> str:
    """Of what no cause is known."""
    names = results.diagnosis.names
    if not names:
        return "Why an error is as high as it is was not diagnosed; `vaebio diagnose` does that."
    return f"What limits a reconstruction was asked for {listed(names)} alone."


def _failed(results: Results) -> str:
    failed = results.members.loc[results.members["status"] == "diverged", "member"]
    if failed.empty:
        return ""
    named = listed(list(failed)) if len(failed) < 6 else f"{failed.iloc[0]} and others"
    verb = "is" if len(failed) == 1 else "are"
    return f"{plural(len(failed), 'member')} diverged and {verb} in no mean: {named}."


def _edge(results: Results, error: Headline) -> str:
    sides = []
    for axis, small, large in (("beta", "lowest", "highest"), ("latent", "smallest", "largest")):
        every, value = results.members[axis], getattr(error, axis)
        if every.nunique() > 1 and value in (every.min(), every.max()):
            sides.append(f"the {small if value == every.min() else large} {axis}")
    if not sides:
        return ""
    return (
        f"The combination with the lowest validation MSE has {listed(sides)} of the grid, so the "
        "minimum may lie outside it."
    )


def _missing(results: Results) -> str:
    if not has_missing(results):
        return ""
    share = percent(results.prepared["account"]["missing_share"])
    return (
        f"{share} of the values were missing. The errors are over the others alone and do not say "
        "how well those filled in would be met."
    )


def _observations(error: Headline | None) -> str:
    if error is None or error.seeds < 2 or not math.isfinite(error.low):
        return ""
    half = (error.high - error.low) / 2
    low, high = (rounded(v, half) for v in (error.low, error.high))
    return (
        f"± counts the seeds alone. Other test observations would move this test MSE as well (95 % "
        f"interval {low} to {high}), and that of the baselines with it: they share the split."
    )
