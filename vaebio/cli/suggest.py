"""Settings that a data set suggests, each with its reason."""

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import yaml

from vaebio.data.inspect import Inspection

_FEW = 150  # observations of which 15 % are too few to judge by
_SMALL_TOTAL = 100
_STEPS = 4000  # optimiser steps of a training that ends by itself
_LADDERS = ((2, 8, 16, 32), (2, 4, 8, 16), (2, 4, 8), (2, 4), (2,), (1,))
_LIKELIHOODS = {
    "counts": ("nb", "Counts: negative binomial, with each observation's total as its size."),
    "binary": ("bernoulli", "Zeros and ones."),
    "fraction": ("gaussian", "M-values of fractions are continuous."),
    "intensity": ("gaussian", "Logarithms of intensities are continuous."),
    "continuous": ("gaussian", "Continuous values."),
}


@dataclass(frozen=True)
class Choice:
    """One setting and the reason for it."""

    section: str
    key: str
    value: Any
    why: str


def suggested(
    seen: Inspection, kind: str, *, batch: str, crossed: bool, part: Mapping[str, str]
) -> list[Choice]:
    """Settings for a data set.

    Parameters
    ----------
    kind
        As the sheet will have it.
    batch
        Column, or empty.
    crossed
        Whether batches hold several labels each, as far as labels are known.
    part
        Part of the file that was asked for: layer, modality, genome.
    """
    n, features = seen.raw.shape
    likelihood = _LIKELIHOODS[kind][0]
    train = int(n * (0.6 if n < _FEW else 0.7))
    return [
        *(Choice("prepare", key, value, "As asked for.") for key, value in part.items()),
        *_prepare(seen, kind),
        *_model(kind, train, batch, crossed),
        *_grid(likelihood, train, min(features, 2000)),
        *_train(train),
        *_report(seen, kind),
    ]


def as_settings(name: str, sheet: str, choices: Sequence[Choice]) -> str:
    """The settings file of one data set, every value under its reason."""
    lines = [
        f"# Settings for the data set `{name}`, suggested by its matrix; yours to change.",
        "# What is not here keeps the value of config/config.yaml, which explains every key.",
        "",
        f"datasets: {_flow(sheet)}",
        "",
        "# These hold for this data set alone: others in the sheet keep their own.",
        "overrides:",
        f"  {_flow(name)}:",
    ]
    for section in dict.fromkeys(choice.section for choice in choices):
        lines.append(f"    {section}:")
        for choice in choices:
            if choice.section == section:
                lines += [*_comment(choice.why), f"      {choice.key}: {_flow(choice.value)}"]
    return "\n".join(lines) + "\n"


def _prepare(seen: Inspection, kind: str) -> Iterator[Choice]:
    n, features = seen.raw.shape
    if n < _FEW:
        shares = {"train": 0.6, "validation": 0.2, "test": 0.2}
        why = (
            f"{n:,} observations: 15 % would leave {int(0.15 * n)} to stop the training by and as "
            "many to judge by."
        )
        yield Choice("prepare", "split", shares, why)
    if features > 2000:
        why = f"The most variable on train of {features:,} features."
    else:
        why = f"More than the {features:,} there are: all that vary are kept."
    yield Choice("prepare", "features", 2000, why)
    small = np.count_nonzero(seen.found.observations.total < _SMALL_TOTAL)
    if kind == "counts" and small:
        why = (
            f"{small:,} observations have a total below {_SMALL_TOTAL}: raise this to drop those "
            "with fewer detected features."
        )
        yield Choice("prepare", "min_features", 1, why)


def _model(kind: str, train: int, batch: str, crossed: bool) -> Iterator[Choice]:
    yield Choice("model", "likelihood", *_LIKELIHOODS[kind])
    widths = [64] if train < 200 else [128] if train < 5000 else [256, 128]
    why = f"Hidden widths for about {train:,} train observations: wider ones learn by heart."
    yield Choice("model", "encoder", widths, why)
    yield Choice("model", "decoder", widths[::-1], "The same the other way round.")
    if not batch:
        return
    if crossed:
        why = f"Models are told `{batch}`, so that the latents need not hold it."
    else:
        why = (
            f"`{batch}` divides the observations as the label does, or no label is known to tell: "
            "told the batch, models could lose the biology with it."
        )
    yield Choice("model", "batch", crossed, why)


def _grid(likelihood: str, train: int, features: int) -> Iterator[Choice]:
    counted = likelihood == "nb"
    betas = [0.3, 1.0, 3.0, 10.0] if counted else [0.1, 0.3, 1.0, 3.0]
    why = "Both terms are in nats: 1 is the ELBO, smaller reconstructs more, larger says less."
    yield Choice("grid", "betas", betas, why)
    most = min(train // 8, features // 2)
    latents = next((list(ladder) for ladder in _LADDERS if ladder[-1] <= most), [1])
    why = f"Latent sizes that {train:,} observations of {features:,} features can fill."
    yield Choice("grid", "latents", latents, why)
    members = 3 * (len(betas) + 1) * len(latents)
    why = f"Three seeds show the spread; {members} members in all, autoencoders among them."
    yield Choice("grid", "seeds", [0, 1, 2], why)


def _train(train: int) -> Iterator[Choice]:
    minibatch = int(2 ** np.clip(np.floor(np.log2(max(1, train / 4))), 4, 8))
    steps = -(-train // minibatch)
    epochs = int(np.clip(round(_STEPS / steps, -1), 30, 400))
    why = f"Of about {train:,} train observations: {steps:,} steps in an epoch."
    yield Choice("train", "minibatch", minibatch, why)
    why = f"At most {epochs * steps:,} steps; a member that no longer improves stops earlier."
    yield Choice("train", "epochs", epochs, why)
    yield Choice("train", "warmup", epochs // 10, "Beta rises over a tenth of the epochs.")
    yield Choice("train", "patience", max(10, epochs // 8), "Epochs without improvement.")


def _report(seen: Inspection, kind: str) -> Iterator[Choice]:
    n, zeros = len(seen.raw.obs), seen.found.zero_share
    guessed = "cells" if kind == "counts" and (zeros > 0.6 or n >= 1000) else "samples"
    named = seen.observations.counted if seen.observations else ""
    why = "Words of the report, " + ("by the names of rows." if named else "by the values.")
    yield Choice("report", "observations", named or guessed, why)
    counted = seen.features.counted if seen.features else ""
    why = "By the names of columns." if counted else "Their names tell no better word."
    yield Choice("report", "features", counted or "features", why)


def _comment(why: str) -> list[str]:
    start = " " * 6 + "# "
    return textwrap.wrap(why, 96, initial_indent=start, subsequent_indent=start)


def _flow(value: Any) -> str:  # noqa: ANN401 - any YAML value
    """One value on one line; safe_dump ends a plain scalar with a document mark."""
    text = yaml.safe_dump(value, default_flow_style=True, width=10**6, sort_keys=False)
    return text.split("\n")[0]
