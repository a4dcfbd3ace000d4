"""How alike the latents and the clusters of seeds are, combination by combination."""

from collections.abc import Callable, Iterator, Mapping
from itertools import combinations

import numpy as np
import pandas as pd
from jaxtyping import Float, Int
from sklearn.metrics import adjusted_rand_score

from vaebio.choosing.grid import Grid
from vaebio.metrics.alignment import cka, procrustes
from vaebio.terms import COLUMNS
from vaebio.terms.choosing import STABILITY

Latents = Float[np.ndarray, "observation unit"]
Clusters = Int[np.ndarray, " observation"]
Clustered = Callable[[Latents], Clusters | str]
"""Clusters of latents, or the reason why there are none."""

LATENTS: dict[str, Callable[[Latents, Latents], float]] = {
    "cka": cka,
    "cka_debiased": lambda x, y: cka(x, y, debiased=True),
    "procrustes": procrustes,
}
"""Measures of the latents themselves."""


def stability(
    grid: Grid,
    latents: Mapping[str, Latents],
    splits: Mapping[str, np.ndarray],
    clustered: Clustered,
) -> pd.DataFrame:
    """Rows of stability.tsv.

    Members that diverged or collapsed are left out, and the reason says so.

    Parameters
    ----------
    latents
        By member, of the same observations.
    splits
        Rows by the name of a split.
    clustered
        Makes clusters.
    """
    rows = [
        {"combination": name, "latent": own["latent"].iloc[0], "beta": own["beta"].iloc[0]}
        | {"split": split, **row}
        for name, own in grid.members.groupby("combination", sort=False)
        for split, at in splits.items()
        for row in _rows(own, latents, at, clustered)
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS["stability.tsv"]))


def _rows(
    own: pd.DataFrame, latents: Mapping[str, Latents], at: np.ndarray, clustered: Clustered
) -> Iterator[dict[str, object]]:
    """One row for each measure of one combination on some observations."""
    sound = [m for m, state in own["state"].items() if state == "sound" and m in latents]
    used = [found for m in sound if _varies(found := latents[m][at])]
    left_out = _left_out(own, len(used))
    if len(used) < 2:
        reason = left_out or "one seed: nothing to compare it with"
        yield from ({"measure": m.name, "pairs": 0, "reason": reason} for m in STABILITY)
        return
    pairs = list(combinations(used, 2))
    for name, alike in LATENTS.items():
        yield {"measure": name, **_over_pairs([alike(x, y) for x, y in pairs], left_out)}
    yield {"measure": "cluster_ari", **_of_clusters([clustered(x) for x in used], left_out)}


def _of_clusters(found: list[Clusters | str], left_out: str) -> dict[str, object]:
    for reason in found:
        if isinstance(reason, str):
            return {"pairs": 0, "reason": reason}
    scores = [float(adjusted_rand_score(one, other)) for one, other in combinations(found, 2)]
    return _over_pairs(scores, left_out)


def _over_pairs(values: list[float], left_out: str) -> dict[str, object]:
    """Mean over pairs of seeds, with the least and the greatest where there are several.

    Pairs share seeds: three seeds make three pairs, of which no interval could be believed.
    """
    if not np.isfinite(values).all():
        return {"pairs": 0, "reason": "too few observations"}
    found = {"value": float(np.mean(values)), "pairs": len(values)}
    if len(values) == 1:
        alone = "one pair of seeds: no range"
        return {**found, "reason": "; ".join(filter(None, [left_out, alone]))}
    return {**found, "low": min(values), "high": max(values), "reason": left_out}


def _varies(latents: Latents) -> bool:
    return bool(np.isfinite(latents).all() and (np.ptp(latents, axis=0) > 0).any())


def _left_out(own: pd.DataFrame, used: int) -> str:
    if used == len(own):
        return ""
    parts = [
        f"{number} {state}"
        for state in ("diverged", "collapsed")
        if (number := int((own["state"] == state).sum()))
    ]
    return f"of {len(own)} seeds {' and '.join(parts) or len(own) - used} left out"
