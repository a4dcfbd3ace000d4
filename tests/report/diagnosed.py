"""The tables of a diagnosis, made up but consistent: parts sum, gains are shares of the room."""

import pandas as pd
import yaml

from vaebio.diagnosis.causes import CAUSES
from vaebio.diagnosis.probe import OPTIMISER, subsets, word
from vaebio.terms import COLUMNS

NULL, FLOOR, MSE = 0.974, 0.62, 0.80
REMOVED = {"encoder": 0.0, "decoder": -0.01, "latent": 0.10, "beta": 0.03}
"""Part of each factor; together they remove 0.12."""


def write_diagnosis(folder, name, members, *, seeds=(0, 1, 2), diverged=(), changes=True, **more):
    """Write all tables of one diagnosed combination, and symptoms of all members.

    Parameters
    ----------
    name
        Of the combination; None: symptoms alone.
    members
        Names that have symptoms.
    diverged
        Words of probes that diverged with the first seed.
    changes
        Whether something is prescribed.
    more
        `supported` causes (latent_too_small and beta_too_high else), and a `sentence`.
    """
    supported = more.get("supported", ("latent_too_small", "beta_too_high"))
    rows = {
        "symptoms": [
            (member, "kl_falls_mse_flat", 5, 12, "the KL fell from 3.1 to 0.2 nats")
            for member in members
        ]
        + [(members[0], "stall", 10, 30, "the MSE rose by 0.001 over the last 8 epochs")],
    }
    if name is not None:
        rows |= _of(name, seeds, diverged, supported, changes)
        told = more.get("sentence", f"In {name} the KL fell while the MSE stayed at {MSE}.")
        facts = (",".join(map(str, seeds)), MSE, NULL, FLOOR, "counted", "null - noise floor")
        left = more.get("left", "")
        prescribed = "factorial:latent+beta" if changes else ""
        rows["diagnoses"] = [(name, *facts, left, more.get("simpler", ""), prescribed, told)]
    for table in (name for name in COLUMNS if name in TABLES):
        frame = pd.DataFrame(rows.get(table.removesuffix(".tsv"), []), columns=COLUMNS[table])
        frame.to_csv(folder / table, sep="\t", index=False)
    (folder / "prescription.yaml").write_text(
        yaml.safe_dump({} if name is None else {name: _prescription(changes)}), encoding="utf-8"
    )


TABLES = (
    "symptoms.tsv",
    "probes.tsv",
    "probe_measures.tsv",
    "verdicts.tsv",
    "budget.tsv",
    "follow_up.tsv",
    "diagnoses.tsv",
)


def _of(name, seeds, diverged, supported, changes):
    probes = [
        (word("factorial", relaxed), MSE - sum(REMOVED[f] for f in relaxed))
        for relaxed in subsets()
    ]
    probes += [("as_is", MSE), ("refined_posterior", MSE - 0.01), ("beta_higher", MSE + 0.02)]
    probes += [(way, MSE - 0.001) for way in OPTIMISER]
    rows, measures = [], []
    for probe, mse in probes:
        for seed in seeds:
            failed = probe in diverged and seed == seeds[0]
            error = "" if failed else mse + 0.001 * seed
            share = "" if failed else (NULL - mse) / (NULL - FLOOR)
            rows.append((name, probe, "128", "128", 2, 3.0, seed, error, share, 1.5))
            reason = "the probe diverged" if failed else ""
            value = "" if failed else error - 0.03
            measures.append((name, probe, seed, "train", "mse", value, reason))
    steps = {"explained": NULL - MSE} | REMOVED | {"optimiser": 0.001, "generalisation": 0.02}
    steps["unexplained"] = MSE - FLOOR - sum(REMOVED.values()) - 0.021
    budget = [(name, "null", NULL, "", "")]
    budget += [(name, part, mse, mse - 0.002, mse + 0.002) for part, mse in steps.items()]
    budget += [(name, "noise_floor", FLOOR, FLOOR - 0.01, FLOOR + 0.01)]
    gains = {"latent_too_small": 0.10, "beta_too_high": 0.03}
    verdicts = [_verdict(name, cause, cause in supported, gains.get(cause)) for cause in CAUSES]
    verdicts.sort(key=lambda row: (not row[2], -(row[3] or 0)))
    after = (0.67, 0.66, 0.68, 0.672, 0.665, 0.679, 3, True, "")
    return {
        "probes": rows,
        "probe_measures": measures,
        "budget": budget,
        "verdicts": verdicts,
        "follow_up": [(name, *(after if changes else _same()))],
    }


def _same():
    return (MSE, MSE - 0.01, MSE + 0.01, *[""] * 3, 0, "", "no fresh seed was asked for")


def _verdict(name, cause, supported, part):
    gain = part / (NULL - FLOOR) if part else None
    bounds = ("", "") if gain is None else (gain - 0.02, gain + 0.02)
    change = f"{CAUSES[cause].setting}: 1 → 2" if supported and CAUSES[cause].setting else ""
    found = f"What the probes found of {cause}."
    facts = (found, CAUSES[cause].meaning, change, 0.7 if part and supported else "")
    return (name, cause, supported, gain, *bounds, *facts)


def _prescription(changes):
    grid = {"betas": [1.0], "latents": [8], "encoders": [], "decoders": []}
    told = ["grid.latents: 2 → 8", "grid.betas: 3 → 1"] if changes else []
    return {"changes": told, "predicted_mse": 0.67, "settings": {"grid": grid}}
