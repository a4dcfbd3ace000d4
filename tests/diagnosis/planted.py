"""Probes with a known answer."""

import numpy as np

from vaebio.diagnosis.evidence import Evidence
from vaebio.diagnosis.probe import Probe, subsets

PRESENT = {"encoder": (2,), "decoder": (2,), "latent": 2, "beta": 10.0}
RELAXED = {"encoder": (8, 8), "decoder": (8, 8), "latent": 8, "beta": 1.0}
MEMBER, NULL, FLOOR = "k2-b10", 0.97, 0.35


def levels(relaxed):
    return {f: (RELAXED if f in relaxed else PRESENT)[f] for f in PRESENT}


def probe(name, mse, seed=0, relaxed=(), **changes):
    given = levels(relaxed) | changes
    return Probe(MEMBER, name, frozenset(relaxed), seed=seed, mse_test=mse, **given)


def factorial(mse, seeds=(0, 1, 2), noise=0.003, train=None):
    """All 16 combinations: `mse` of a combination, and normal noise of each probe."""
    random = np.random.default_rng(7)
    return [
        probe(
            "factorial",
            mse(cell) + noise * random.normal(),
            seed,
            cell,
            **({} if train is None else {"mse_train": train(cell)}),
        )
        for seed in seeds
        for cell in subsets()
    ]


def singles(name, mse, seeds=(0, 1, 2), noise=0.003, **changes):
    """One probe of the member with every seed."""
    random = np.random.default_rng(len(name))
    return [probe(name, mse + noise * random.normal(), seed, **changes) for seed in seeds]


def evidence(probes, **changes):
    return Evidence(
        **({"member": MEMBER, "null": NULL, "floor": FLOOR} | changes | {"probes": tuple(probes)})
    )


def additive(**parts):
    """Errors where every relaxed factor takes its own part off 0.9."""
    return lambda cell: 0.9 - sum(parts.get(f, 0.0) for f in cell)


def all_of(*factors, before, after):
    """Errors that fall only when all these factors are relaxed."""
    return lambda cell: after if set(factors) <= cell else before


def hidden(as_is, alone, together):
    """Errors of single changes that gain little, and of a pair that gains more together.

    `alone` are the gains of single changes by factor, `together` what the pair has beyond them.
    """
    pair, more = together

    def mse(cell):
        return as_is - sum(alone[f] for f in cell) - more * (set(pair) <= cell)

    return mse
