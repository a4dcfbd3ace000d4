"""How far batches lie apart in an embedding: widths of silhouettes, shares of variance."""

import numpy as np
from jaxtyping import Float, Int
from sklearn.decomposition import PCA
from sklearn.metrics import silhouette_samples

COMPONENTS = 50
Labels = Int[np.ndarray, " observation"]


def batch_widths(
    embedding: Float[np.ndarray, "observation unit"], batches: Labels, labels: Labels
) -> list[Float[np.ndarray, " observation_of_label"]]:
    """1 - |silhouette width| of the batches, of each observation, by label [rautenstrauch2025].

    Cosine distances; what an observation is held against is its mean distance to all observations
    of other batches. A mean cosine distance is one minus the product with a mean direction, so no
    pair of observations is looked at. Labels of one batch, or with an observation to a batch, are
    left out.
    """
    direction = embedding / np.linalg.norm(embedding, axis=1, keepdims=True).astype(np.float64)
    found = []
    for label in np.unique(labels):
        rows = labels == label
        kinds = len(np.unique(batches[rows]))
        if 1 < kinds < rows.sum():
            found.append(1 - np.abs(_widths(direction[rows], batches[rows])))
    return found


def _widths(
    direction: Float[np.ndarray, "observation unit"], batches: Labels
) -> Float[np.ndarray, " observation"]:
    """Silhouette widths of the batches from cosine distances; 0 where it is not defined."""
    codes = np.unique(batches, return_inverse=True)[1]
    size = np.bincount(codes)
    total = np.stack([direction[codes == batch].sum(axis=0) for batch in range(len(size))])
    # The distance of an observation to itself is 0 and counts in no mean.
    distance = size - direction @ total.T
    own = np.take_along_axis(distance, codes[:, None], axis=1)[:, 0]
    others = (distance.sum(axis=1) - own) / (len(codes) - size[codes])
    own = own / np.maximum(size[codes] - 1, 1)
    larger = np.maximum(own, others)
    defined = (size[codes] > 1) & (larger > 0)
    return np.where(defined, others - own, 0) / np.where(defined, larger, 1)


def label_widths(
    embedding: Float[np.ndarray, "observation unit"], batches: Labels, labels: Labels
) -> list[Float[np.ndarray, " observation_of_label"]]:
    """Silhouette widths, scaled to lie between 0 and 1, of the labels that are in fewest batches.

    Euclidean, against all other labels [luecken2022]; by label.
    """
    pairs = np.unique(np.stack([labels, batches]), axis=1)[0]
    names, occurrences = np.unique(pairs, return_counts=True)
    width = (silhouette_samples(embedding, labels) + 1) / 2
    return [width[labels == label] for label in names[occurrences == occurrences.min()]]


def share_between(embedding: Float[np.ndarray, "observation unit"], batches: Labels) -> float:
    """Share of the variance of an embedding that lies between the means of the batches.

    It is what a regression of every principal component on the batch explains, weighted by the
    components' variance [buttner2019]: their sum does not depend on the coordinates. NaN when
    nothing varies.
    """
    centred = embedding - embedding.mean(axis=0, dtype=np.float64)
    between = 0.0
    for batch in np.unique(batches):
        rows = batches == batch
        between += rows.sum() * np.square(centred[rows].mean(axis=0)).sum()
    total = np.square(centred).sum()
    return float(between / total) if total > 0 else float("nan")


def share_before(x: Float[np.ndarray, "observation feature"], batches: Labels) -> float:
    """Share of the variance of the leading principal components that lies between batches.

    Of as many components as scanpy computes, 50 where there are so many.
    """
    components = min(COMPONENTS, min(x.shape) - 1)
    if components < 1:
        return share_between(x, batches)
    # The leading components alone, to machine precision, from the same start every time.
    linear = PCA(components, svd_solver="arpack", random_state=0)
    return share_between(linear.fit_transform(x), batches)
