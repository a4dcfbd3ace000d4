"""The tables of classes, features, strata and choosing, made up but plausible."""

import math

import pandas as pd

from vaebio.terms import ALL, COLUMNS, SPLITS
from vaebio.terms.choosing import DOWNSTREAM_NAMES, RECONSTRUCTED, STABILITY

STRATA = ((0.01, 0.05), (0.05, 0.2), (0.2, 0.9), (0.9, 40.0))
MOST = 4
"""Of so many members the errors of single features are there."""
NULL_MSE = 0.974


def write_further(folder, members, truths, latents, label_names, features):
    """Write every table that a page can do without, but the audit.

    Parameters
    ----------
    members
        Rows of members.tsv.
    truths
        By member: mse, rate, active, ari; None where it diverged.
    features
        How many there are.
    """
    members = pd.DataFrame(members, columns=list(COLUMNS["members.tsv"]))
    pairs = zip(members["member"], members["seed"], strict=True)
    members["combination"] = [name.removesuffix(f"-s{seed}") for name, seed in pairs]
    sound = {name: truth for name, truth in truths.items() if truth}
    errors = {f"pca-k{k}": 0.70 + 0.2 / math.sqrt(k + 1) for k in latents}
    errors |= {name: truth["mse"] for name, truth in sound.items()}
    for name, rows in (
        ("classes", _classes(truths, latents, label_names)),
        ("features", _features({"null": NULL_MSE} | errors, sound, features)),
        ("strata", _strata({"null": NULL_MSE} | errors, features)),
        ("choices", _choices(members, sound, bool(label_names))),
        ("differences", _differences(members, sound, bool(label_names))),
        ("correlations", _correlations(members, bool(label_names))),
        ("stability", _stability(members, sound)),
    ):
        table = pd.DataFrame(rows, columns=list(COLUMNS[f"{name}.tsv"]))
        table.to_csv(folder / f"{name}.tsv", sep="\t", index=False)


def _classes(truths, latents, label_names):
    levels = {f"pca-k{k}": 0.7 for k in latents} | {"control-labels": 1.0, "control-random": 0.25}
    levels |= {name: truth and 0.3 + truth["ari"] for name, truth in truths.items()}
    rows = []
    for name, level in levels.items():
        for classifier in ("knn", "linear"):
            for i, label in enumerate(label_names):
                size = (70 - 10 * i, 15)
                if level is None:
                    found = ("", "", "", "", "", "the member diverged")
                else:
                    recall = min(1.0, max(0.0, level - 0.1 * i))
                    interval = max(0.0, recall - 0.15), min(1.0, recall + 0.1)
                    found = (recall, recall, recall, *interval, "")
                rows.append((name, classifier, label, *size, *found))
    return rows


def _features(errors, sound, features):
    """The null, PCA and the members with the lowest error; the last feature was not measured."""
    best = sorted(sound, key=lambda name: sound[name]["mse"])[:MOST]
    rows = []
    for name in [name for name in errors if name not in sound or name in best]:
        for i in range(features):
            share = i / max(features - 1, 1)
            fixed = (name, f"FEATURE{i}", 0.01 * 4000**share, 0.02 + 0.97 * share)
            fixed += (1 + min(3, int(4 * share)),)
            if i == features - 1:
                reason = "not measured in any observation of test"
                rows.append((*fixed, 0.0, "", "", "", reason))
                continue
            null, gained = 1.9 - 1.8 * share, 2 * (NULL_MSE - errors[name]) * share
            mse = null * (1 - gained)
            rows.append((*fixed, 1 / features, mse, null, 1 - mse / null, ""))
    return rows


def _strata(errors, features):
    rows = []
    for name, error in errors.items():
        for split in SPLITS:
            for i, (lowest, highest) in enumerate(STRATA):
                own = features // 4 + (i < features % 4)
                null = 1.2 - 0.15 * i
                mse = null * (1 - 2 * (NULL_MSE - error) * i / 3)
                explained = (null - mse) / (null - 0.55)
                interval = (explained - 0.03, explained + 0.03)
                rows.append(
                    (name, split, i + 1, lowest, highest, own, own / features)
                    + (mse, mse - 0.02, mse + 0.02, null, explained, *interval, 1 - mse / null, "")
                )
    return rows


def _choices(members, sound, labels):
    own = members[members["member"].isin(sound)]
    if own.empty:
        return [(name, *[""] * 7, "every member diverged") for name in ("recommended", "knee")]
    mse, ari = (own["member"].map(lambda name, k=key: sound[name][k]) for key in ("mse", "ari"))
    means = own.assign(mse=mse, ari=ari).groupby("combination", sort=False)
    means = means[["mse", "ari", "latent", "beta"]].mean()
    best = means["mse"].idxmin()
    near = means[means["mse"] <= means["mse"].min() + 0.01]
    simple = near.sort_values(["latent", "beta"], ascending=[True, False]).index[0]
    middle = means.sort_values("mse").index[len(means) // 2]
    clusters = means["ari"].idxmax()
    reason = (
        f"smallest latent size, then largest beta, then smallest network whose validation MSE "
        f"({means['mse'][simple]:.4g}) is within one standard error (0.01, of the paired "
        f"difference) of the lowest ({means['mse'][best]:.4g}, {best}); {len(near)} of "
        f"{len(means)} combinations are"
    )
    split = ("kmeans_ari", ALL) if labels else ("mse", "test")
    picked = "picked by the labels themselves" if labels else "stable clusters need not be true"
    found = (
        ("best_reconstruction", best, "mse", "test", f"{best} has the lowest validation MSE"),
        ("best_clustering", clusters, *split, f"{clusters} has the highest; {picked}"),
        ("knee", middle, "mse", "test", f"{middle} lies deepest, 0.31, below the straight line"),
        ("recommended", simple, "mse", "test", reason),
    )
    rows = []
    for choice, name, measure, where, why in found:
        value = means["ari" if measure == "kmeans_ari" else "mse"][name]
        member = own.loc[own["combination"] == name, "member"].iloc[0]
        rows.append((choice, name, member, measure, where, value, value - 0.02, value + 0.02, why))
    return rows


def _differences(members, sound, labels):
    rows = []
    measures = [("mse", "test", "mse"), ("rate_nats", "test", "rate")]
    measures += [("kmeans_ari", ALL, "ari")] if labels else []
    shape = ["likelihood", "encoder", "decoder", "latent"]
    for measure, split, key in measures:
        for _, alike in members.groupby(shape, sort=False):
            betas = sorted(alike["beta"].unique())
            for small, large in zip(betas, betas[1:], strict=False):
                one, other = (alike[alike["beta"] == b].set_index("seed") for b in (large, small))
                gaps = pd.Series(
                    [
                        sound[one["member"][s]][key] - sound[other["member"][s]][key]
                        for s in one.index.intersection(other.index)
                        if {one["member"][s], other["member"][s]} <= set(sound)
                    ],
                    dtype=float,
                )
                names = one["combination"].iloc[0], other["combination"].iloc[0]
                place = (*names, one["latent"].iloc[0], large, small, split, measure)
                rows.append((*place, *_interval(gaps)))
    return rows


def _interval(gaps):
    if gaps.empty:
        return ("", "", "", 0, "no seed in which both were measured")
    if len(gaps) == 1:
        return (gaps.mean(), "", "", 1, "one seed: no interval")
    half = {2: 12.706, 3: 4.303, 4: 3.182, 5: 2.776}.get(len(gaps), 2.0)
    half *= gaps.std() / math.sqrt(len(gaps))
    return (gaps.mean(), gaps.mean() - half, gaps.mean() + half, len(gaps), "")


def _correlations(members, labels):
    size = len(members), members["combination"].nunique()
    rows = []
    for error in RECONSTRUCTED:
        sign = -1 if error == "mse" else 1
        for i, measure in enumerate(DOWNSTREAM_NAMES):
            for split in (ALL, "test"):
                if not labels:
                    reason = f"{measure} is absent: no label column"
                    rows.append((error, measure, split, "", "", "", *size, reason))
                elif size[1] < 5:
                    reason = f"{size[1]} combinations: fewer than 5"
                    rows.append((error, measure, split, "", "", "", *size, reason))
                else:
                    value = 0.7 - 0.05 * i
                    low, high = sorted((sign * (value - 0.25), sign * min(0.95, value + 0.2)))
                    rows.append((error, measure, split, sign * value, low, high, *size, ""))
    return rows


def _stability(members, sound):
    rows = []
    for name, own in members.groupby("combination", sort=False):
        place = (name, own["latent"].iloc[0], own["beta"].iloc[0])
        used = sum(member in sound for member in own["member"])
        pairs = used * (used - 1) // 2
        left_out = f"of {len(own)} seeds {len(own) - used} diverged left out"
        reason = left_out if used < len(own) else ""
        for split in (ALL, "test"):
            for i, measure in enumerate(STABILITY):
                if not pairs:
                    said = reason or "one seed: nothing to compare it with"
                    rows.append((*place, split, measure.name, "", "", "", 0, said))
                    continue
                value = 0.95 - 0.05 * i - 0.01 * place[2]
                low, high = (value - 0.04, value + 0.03) if pairs > 1 else ("", "")
                said = reason if pairs > 1 else reason or "one pair of seeds: no range"
                rows.append((*place, split, measure.name, value, low, high, pairs, said))
    return rows
