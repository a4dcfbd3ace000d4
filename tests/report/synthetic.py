"""A results folder as the workflow leaves it, with made-up but plausible numbers."""

import json
import math
from pathlib import Path

import numpy as np
import pandas as pd

from tests.report.further import write_further
from vaebio.settings import Config, as_yaml
from vaebio.terms import ALL, COLUMNS
from vaebio.terms.integration import INTEGRATION

CLUSTERING = ("kmeans_nmi", "kmeans_ari", "leiden_nmi", "leiden_ari", "silhouette")
STABLE = ("leiden_stable_nmi", "leiden_stable_ari", "cluster_stability", "silhouette_clusters")
CLASSIFIED = tuple(f"{c}_{m}accuracy" for c in ("knn", "linear") for m in ("", "balanced_"))
DOWNSTREAM = {ALL: (*CLUSTERING, *STABLE, "clusters"), "test": (*CLUSTERING, *CLASSIFIED)}
FEATURES = 765
SQUARES = 0.972
"""Sum of squares around a split's own means, per value."""
PLAIN = (("128", "128", "gaussian"),)
NO_LABEL, NO_BATCH = "no label column", "no batch column"
AUDIT = (
    ("Beta 1 is a KL weight of 0.0026 in code that takes the mean.", False),
    ("Beta 30 is not below 22, the largest eigenvalue: set `grid.betas` lower.", True),
)


def results_folder(
    folder: Path,
    *,
    betas=(0.1, 0.3, 1.0, 3.0, 10.0),
    latents=(2, 8, 16, 32),
    seeds=(0, 1, 2),
    epochs=120,
    diverged=(),
    labels=True,
    name="pbmc68k",
    label_names=("CD14+ Monocyte", "CD19+ B", "Dendritic", "CD56+ NK"),
    warnings=(),
    report=None,
    variants=PLAIN,
    settings=None,
) -> Path:
    """Write every file of a data set into `folder` and return it.

    Parameters
    ----------
    variants
        Encoder, decoder and likelihood of each model, as members.tsv has them.
    settings
        Sections of the settings laid over those made here.
    """
    folder.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(1)
    places = [(beta, latent, seed) for latent in latents for beta in betas for seed in seeds]
    grid = [(variant, *place) for variant in variants for place in places]
    names = {p: _prefix(p[0], variants[0]) + "k{2}-b{1:g}-s{3}".format(*p) for p in grid}
    members = [_member(names[p], *p, names[p] in diverged, epochs) for p in grid]
    metrics, history, units, truths = _baselines(latents, labels), [], [], {}
    for place in grid:
        variant, beta, latent, _ = place
        member, failed = names[place], names[place] in diverged
        truth = _truth(beta, latent, random, gain=0.012 * variants.index(variant))
        truths[member] = None if failed else truth
        metrics += _metrics(member, truth, labels, failed, variant[2])
        history += _history(member, truth, beta, epochs // 3 if failed else epochs)
        units += _units(member, latent, truth)
    for table, rows in (
        ("members.tsv", members),
        ("metrics.tsv", metrics),
        ("history.tsv", history),
        ("units.tsv", units),
    ):
        frame = pd.DataFrame(rows, columns=list(COLUMNS[table]))
        frame.to_csv(folder / table, sep="\t", index=False)
    label_names = label_names if labels else ()
    write_further(folder, members, truths, latents, label_names, FEATURES)
    prepared = _prepared(name, label_names, warnings)
    (folder / "prepared.json").write_text(json.dumps(prepared), encoding="utf-8")
    own = {"grid": {"betas": betas, "latents": latents, "seeds": seeds}}
    own |= {"train": {"epochs": epochs}, "report": report or {}}
    for section, values in (settings or {}).items():
        own[section] = own.get(section, {}) | values
    config = Config.model_validate(own)
    written = ("prepare", "model", "grid", "train", "evaluate", "report")
    text = as_yaml({key: getattr(config, key) for key in written})
    (folder / "settings.yaml").write_text(text, encoding="utf-8")
    _timing(folder / "timing")
    pd.DataFrame(AUDIT, columns=list(COLUMNS["audit.tsv"])).to_csv(
        folder / "audit.tsv", sep="\t", index=False
    )
    return folder


def _prefix(variant, first):
    """What tells a member of another model from one of the first, as the grid names it."""
    parts = zip(("e", "d", ""), variant, first, strict=True)
    return "".join(f"{w}{own.replace('-', 'x')}-" for w, own, other in parts if own != other)


def _member(name, variant, beta, latent, seed, failed, epochs):
    status = "diverged" if failed else "stopped" if beta > 1 else "finished"
    return (
        name,
        f"key-{name}",
        *variant,
        beta,
        latent,
        seed,
        status,
        epochs // 3 if failed else epochs,
        round(4.2 + latent / 20, 2),
    )


def _truth(beta, latent, random, gain):
    """Test mse, rate, active units and ARI of a member: more rate, less error, to a floor."""
    active = max(0, round(latent * (1 - 0.25 * math.log10(beta + 1) * 2)))
    active = min(active, round(18 / (beta + 0.3)))
    rate = active * 0.5 * math.log(1 + 12 / (beta + 0.05)) * (1 + random.normal() * 0.01)
    mse = 0.655 + 0.32 * math.exp(-rate / 9) + random.normal() * 0.0018 - gain
    ari = 0.62 * math.exp(-((math.log10(max(rate, 0.3)) - 1.1) ** 2) / 0.5)
    return {"rate": abs(rate), "mse": mse, "active": active, "ari": ari + random.normal() * 0.012}


def _metrics(member, truth, labels, failed, likelihood):
    rows = []
    for split, shift in (("train", -0.03), ("validation", 0.001), ("test", 0.0)):
        mse, rate = truth["mse"] + shift, truth["rate"]
        distortion = 0.5 * FEATURES * (mse + math.log(2 * math.pi)) + 0.3 * truth["active"]
        distortion *= 1 if likelihood == "gaussian" else 0.4
        values = {
            "mse": mse,
            "explained": explained(mse),
            "r2": 1 - mse / SQUARES,
            "rate_nats": rate,
            "distortion_nats": distortion,
            "elbo_nats": -(distortion + rate),
            "objective_nats": distortion + rate,
            "active_units": truth["active"],
        }
        for measure, value in values.items():
            low, high = (value - 0.02, value + 0.02) if measure == "mse" else ("", "")
            if failed:
                rows.append((member, split, measure, "", "", "", "the member diverged"))
            else:
                rows.append((member, split, measure, value, low, high, ""))
    rows += _foretold(member, truth, failed) + _information(member, truth, failed)
    return rows + _clustering(member, None if failed else truth["ari"], labels)


def explained(mse):
    """Fraction of what could be explained, with the null and the floor made up here."""
    return (0.974 - mse) / (0.974 - 0.62)


def _foretold(member, truth, failed):
    values = {
        "expected_active_units": truth["active"],
        "expected_rate_nats": 0.95 * truth["rate"],
        "expected_mse": truth["mse"] - 0.02,
        "expected_mse_sample": truth["mse"] - 0.01,
    }
    reason = "the member diverged" if failed else ""
    cells = {name: "" if failed else value for name, value in values.items()}
    return [(member, "train", name, value, "", "", reason) for name, value in cells.items()]


def _information(member, truth, failed):
    information = min(truth["rate"], 4.0)
    values = {
        "active_units_rate": truth["active"],
        "mse_sample": truth["mse"] + 0.01,
        "mutual_information_nats": information,
        "marginal_kl_nats": truth["rate"] - information,
        "total_correlation_nats": 0.8 * (truth["rate"] - information),
        "dimension_kl_nats": 0.2 * (truth["rate"] - information),
        "iw_log_likelihood_nats": -1030.0 - truth["rate"],
    }
    reason = "the member diverged" if failed else ""
    cells = {name: "" if failed else value for name, value in values.items()}
    return [(member, "test", name, value, "", "", reason) for name, value in cells.items()]


def _clustering(member, ari, labels):
    rows = []
    for split, shift in ((ALL, 0.0), ("test", -0.02)):
        for i, measure in enumerate(DOWNSTREAM[split]):
            if ari is None or not labels:
                reason = NO_LABEL if not labels else "the member diverged"
                rows.append((member, split, measure, "", "", "", reason))
            elif measure == "clusters":
                rows.append((member, split, measure, 9, "", "", ""))
            else:
                value = ari + shift + 0.02 * i
                rows.append((member, split, measure, value, value - 0.03, value + 0.03, ""))
    return rows + [(member, ALL, term.name, "", "", "", NO_BATCH) for term in INTEGRATION]


def _baselines(latents, labels):
    rows = []
    levels = {"null": 0.974} | {f"pca-k{k}": 0.70 + 0.2 / math.sqrt(k + 1) for k in latents}
    for name, mse in levels.items():
        for split in ("train", "validation", "test"):
            rows.append((name, split, "mse", mse, mse - 0.02, mse + 0.02, ""))
            rows.append((name, split, "r2", 1 - mse / SQUARES, "", "", ""))
            rows.append((name, split, "explained", explained(mse), "", "", ""))
        if name != "null":
            rows += _clustering(name, 0.45 + 0.1 * (mse < 0.76), labels)
    return rows


def _history(member, truth, beta, epochs):
    rows = []
    for epoch in range(1, epochs + 1):
        warm = min(1.0, epoch / 20)
        reached = 1 - math.exp(-epoch / 14)
        rate = truth["rate"] * reached * (1.6 - 0.6 * warm)
        for split, shift in (("train", -0.03), ("validation", 0.001)):
            mse = 1 - (1 - truth["mse"]) * reached + shift * reached
            rows.append(
                (
                    member,
                    epoch,
                    split,
                    0.5 * FEATURES * (mse + 1.8379),
                    rate,
                    mse,
                    beta * warm,
                    2e-3,
                )
            )
    return rows


def _units(member, latent, truth):
    share = truth["rate"] / max(truth["active"], 1)
    return [
        (member, unit, share if (on := unit < truth["active"]) else 0.001, 0.9, on, 0.95 * share)
        for unit in range(latent)
    ]


def _prepared(name, labels, warnings):
    return {
        "name": name,
        "matrix": "builtin:pbmc68k",
        "annotation": "",
        "form": "builtin",
        "kind": "counts",
        "kind_reason": "every value is a whole number and the largest is 419",
        "transform": "log1p",
        "label": "bulk_labels" if labels else "",
        "batch": "",
        "observations_in": 700,
        "features_in": 765,
        "observations": 700,
        "features": FEATURES,
        "split": {"train": 490, "validation": 105, "test": 105},
        "labels": {label: {"train": 70, "validation": 15, "test": 15} for label in labels},
        "sparsity": 0.79,
        "imputation": "",
        "neighbours": 0,
        "account": {
            "reading": [],
            "validation_taken": False,
            "least": 1,
            "uncounted": 0,
            "some_missing": False,
            "passed": FEATURES,
            "candidates": FEATURES,
            "selection": "",
            "selection_note": "",
            "missing": 0,
            "missing_share": 0.0,
        },
        "steps": [
            "No cell was dropped: every one has at least 1 detected feature.",
            "Every cell was scaled to a total of 10,000 and log1p was taken.",
            "Features were centred and scaled to variance 1 on train, and cut at ±10.",
        ],
        "warnings": list(warnings),
        "version": "0.1.0",
    }


def _timing(folder):
    head = "s\th:m:s\tmax_rss\tmax_vms\tmax_uss\tmax_pss\tio_in\tio_out\tmean_load\tcpu_time\n"
    steps = {"prepare": (6.2, 412.5), "train/1": (121.7, 905.1), "evaluate": (64.0, 700.0)}
    for step, (seconds, memory) in steps.items():
        path = folder / f"{step}.tsv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{head}{seconds}\t0:00:06\t{memory}\t1\t1\t1\t0\t0\t182.5\t9.0\n")
