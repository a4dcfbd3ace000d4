"""How well the noise floor of counts is recovered where the rates, and so the floor, are known.

Simulated counts of several depths and spreads of abundance, prepared as `vaebio prepare` does
(features chosen by their variance on train, log1p of a common total, scaled and cut). The known
floor is the variance over fresh draws at the true rates. Beside it stands a parametric bootstrap
at rates denoised by PCA. Run from the root of the repository:

    python -m benchmarks.noise_floor --json benchmarks/results/noise_floor.json
"""

import argparse
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy import sparse

from benchmarks import record
from vaebio.metrics.noise_floor_counts import counting_noise
from vaebio.metrics.reconstruction import mean_with_interval

TARGET, CLIP, TRAIN = 1e4, 10.0, 0.6
DEPTHS = (100, 300, 1000, 3000, 10_000, 30_000, 100_000)
SPREADS = (0.5, 1.5, 2.5)
"""Standard deviations of the logarithm of the features' abundance."""


@dataclass(frozen=True)
class Simulated:
    """Counts of all features with their rates, the chosen ones, and the constants of train."""

    rates: np.ndarray
    counts: np.ndarray
    train: np.ndarray
    chosen: np.ndarray
    mean: np.ndarray
    scale: np.ndarray

    @property
    def total(self) -> np.ndarray:
        """(observation,) what counts are divided by."""
        return self.counts.sum(axis=1).astype(float)

    def scaled(self, counts: np.ndarray, clip: float | None = CLIP) -> np.ndarray:
        """(observation, feature) any counts of these observations, as models see them."""
        size = counts.sum(axis=1, keepdims=True) / TARGET
        z = (np.log1p(counts[:, self.chosen] / np.maximum(size, 1e-9)) - self.mean) / self.scale
        return z if clip is None else np.clip(z, -clip, clip)


def simulate(
    seed: int, depth: float, spread: float, observations: int = 1000, features: int = 800
) -> Simulated:
    """Counts of rates with six factors; half of the features are chosen on train."""
    random = np.random.default_rng(seed)
    rates = _rates(random, depth, spread, observations, features)
    counts = random.poisson(rates)
    rates, counts = (m[counts.sum(axis=1) > 0] for m in (rates, counts))
    train = np.arange(len(counts)) < TRAIN * len(counts)
    values = np.log1p(counts / counts.sum(axis=1, keepdims=True) * TARGET)[train]
    detected = (counts[train] > 0).sum(axis=0) >= 3
    over = np.where(detected, values.var(axis=0) / (values.mean(axis=0) + 0.1), -1)
    chosen = np.sort(np.argsort(-over)[: min(features // 2, detected.sum())])
    values = values[:, chosen]
    return Simulated(rates, counts, train, chosen, values.mean(axis=0), values.std(axis=0))


def known(case: Simulated, rates: np.ndarray, draws: int, seed: int = 1) -> np.ndarray:
    """(observation,) variance of the scaled values over draws at some rates, mean over features."""
    random = np.random.default_rng(seed)
    first = case.scaled(random.poisson(rates))
    total, squares = np.zeros_like(first), np.zeros_like(first)
    for _ in range(draws):
        apart = case.scaled(random.poisson(rates)) - first
        total += apart
        squares += apart**2
    return ((squares - total**2 / draws) / (draws - 1)).mean(axis=1)


def estimated(case: Simulated) -> np.ndarray:
    """(observation,) vaebio's estimate."""
    counts = sparse.csr_matrix(case.counts[:, case.chosen])
    return counting_noise(counts, case.total, TARGET, case.mean, case.scale, CLIP)


def denoised(case: Simulated, components: int) -> np.ndarray:
    """(observation, feature) rates by PCA on train, calibrated to the features' totals."""
    share = case.counts / case.total[:, None]
    mean = share[case.train].mean(axis=0)
    weight = 1 / np.sqrt(np.maximum(mean, 1e-12))
    _, _, axes = np.linalg.svd((share[case.train] - mean) * weight, full_matrices=False)
    axes = axes[:components]
    smooth = np.maximum(((share - mean) * weight) @ axes.T @ axes / weight + mean, 0)
    rates = smooth * case.total[:, None]
    return rates * case.counts.sum(axis=0) / np.maximum(rates.sum(axis=0), 1e-9)


def figures(seed: int, depth: float, spread: float, draws: int) -> dict[str, float]:
    """One simulation: the known floor of test, and how far the estimates are from it."""
    case = simulate(seed, depth, spread)
    test = ~case.train
    truth = float(known(case, case.rates, draws)[test].mean())
    start = time.perf_counter()
    found = mean_with_interval(estimated(case)[test])
    seconds = time.perf_counter() - start
    bootstrap = {
        f"bootstrap_pca{k}_percent": 100
        * (known(case, denoised(case, k), draws)[test].mean() / truth - 1)
        for k in (6, 30)
    }
    return {
        "depth": depth,
        "spread": spread,
        "zeros": float(np.mean(case.counts[:, case.chosen] == 0)),
        "null": float(np.mean(case.scaled(case.counts)[test] ** 2)),
        "known": truth,
        "estimated": found.value,
        "low": found.low,
        "high": found.high,
        "error_percent": 100 * (found.value / truth - 1),
        **bootstrap,
        "seconds": seconds,
    }


def main(arguments: list[str]) -> None:
    """Simulate all, tell, and write."""
    p = argparse.ArgumentParser(prog="python -m benchmarks.noise_floor")
    p.add_argument("--draws", type=int, default=20, help="of the known floor")
    p.add_argument("--json", type=Path, help="file for machine and figures")
    options = p.parse_args(arguments)
    cases = [(depth, spread) for depth in DEPTHS for spread in SPREADS]
    found = [figures(seed, *case, options.draws) for seed, case in enumerate(cases)]
    errors = np.abs([one["error_percent"] for one in found])
    result = {
        **record.head("python -m benchmarks.noise_floor", arguments),
        "largest_error_percent": float(errors.max()),
        "in_interval": float(np.mean([f["low"] <= f["known"] <= f["high"] for f in found])),
        "simulations": found,
    }
    record.tell_and_keep(result, options.json)


def _rates(
    random: np.random.Generator, depth: float, spread: float, observations: int, features: int
) -> np.ndarray:
    """(observation, feature) expected counts."""
    factors = random.normal(size=(observations, 6)) @ random.normal(0, 0.4, size=(6, features))
    share = np.exp(random.normal(0, spread, features) + factors)
    depths = depth * random.lognormal(-0.08, 0.4, (observations, 1))
    return depths * share / share.sum(axis=1, keepdims=True)


if __name__ == "__main__":
    main(sys.argv[1:])
