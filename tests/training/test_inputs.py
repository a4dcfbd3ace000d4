"""Observations by every way they can lie: dense, sparse, streamed; the same numbers."""

import dataclasses

import numpy as np
import pytest
import torch
from scipy import sparse

from vaebio.data.scaling import scaled
from vaebio.training.inputs import Inputs
from vaebio.training.observations import Dense, Sparse

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def inputs():
    rng = np.random.default_rng(0)
    drawn = rng.poisson(0.4, (40, 9)).astype(np.int32)
    drawn[7] = 0
    counts = sparse.csr_matrix(drawn)
    values = counts.astype(np.float32).log1p()
    return Inputs(
        values=values,
        mean=np.asarray(values.mean(0), np.float32).ravel(),
        scale=np.linspace(0.1, 1, 9).astype(np.float32),
        clip=3.0,
        counts=counts,
        size=np.linspace(0.5, 2, 40),
        batch=np.arange(40) % 3,
    )


@pytest.mark.parametrize("room", [10**6, 10], ids=["dense", "sparse"])
@pytest.mark.parametrize("target", ["scaled", "counts", "fractions"])
def test_a_minibatch_is_scaled_as_the_preparation_scales(inputs, room, target):
    data = inputs.placed(target, CPU, room)
    assert isinstance(data.values, Dense if room > 10 else Sparse)
    rows = torch.tensor([7, 3, 39, 3])
    seen = data.minibatch(rows)
    expected = scaled(inputs.values, inputs.mean, inputs.scale, inputs.clip)[rows]
    np.testing.assert_array_equal(seen.x.numpy(), expected)
    dense = {"scaled": expected, "counts": inputs.counts.toarray()[rows]}
    np.testing.assert_array_equal(
        seen.target.numpy(), dense.get(target, inputs.values.toarray()[rows])
    )
    assert seen.batch.tolist() == [1, 0, 0, 0]
    if target == "counts":
        np.testing.assert_allclose(seen.log_size.exp(), inputs.size[rows], rtol=1e-6)


def test_the_mean_of_the_target_is_that_of_normalised_counts(inputs):
    data = inputs.placed("counts", CPU, 10**6)
    expected = (inputs.counts.toarray() / inputs.size[:, None]).mean(0)
    np.testing.assert_allclose(data.target_mean(rows_at_once=7), expected, rtol=1e-6)


def test_a_part_of_a_part_is_those_observations_and_copies_nothing(inputs):
    part = inputs.take(np.arange(40) % 2 == 0).take(np.array([5, 0, 3]))
    assert part.values is inputs.values
    np.testing.assert_array_equal(part.size, inputs.size[[10, 0, 6]])
    for room in (10**6, 10):
        seen = part.placed("counts", CPU, room).minibatch(torch.tensor([2, 1]))
        np.testing.assert_array_equal(seen.target.numpy(), inputs.counts.toarray()[[6, 0]])


def test_the_hash_is_that_of_the_rows_wherever_they_lie(inputs, monkeypatch):
    rows = np.array([3, 30, 4])
    alone = dataclasses.replace(
        inputs, values=inputs.values[rows], counts=inputs.counts[rows], rows=None
    )
    alone = dataclasses.replace(alone, size=inputs.size[rows], batch=inputs.batch[rows])
    assert inputs.take(rows).hash() == alone.hash() != inputs.hash()
    monkeypatch.setattr("vaebio.training.inputs.HASHED_NUMBERS", 10)
    assert inputs.take(rows).hash() == alone.hash()


@pytest.mark.parametrize(
    "change", ["values", "counts", "mean", "scale", "clip", "size", "batch", "imputed", "order"]
)
def test_the_hash_changes_with_every_number(inputs, change):
    rows = np.arange(40)
    if change == "order":
        other = inputs.take(rows[::-1])
    elif change in ("values", "counts"):
        moved = getattr(inputs, change).copy()
        moved.data[3] += 1
        other = dataclasses.replace(inputs, **{change: moved})
    elif change == "imputed":
        other = dataclasses.replace(inputs, imputed=np.eye(40, 9))
    elif change == "clip":
        other = dataclasses.replace(inputs, clip=None)
    else:
        moved = getattr(inputs, change).copy()
        moved[1] += 1
        other = dataclasses.replace(inputs, **{change: moved})
    assert inputs.take(rows).hash() == inputs.hash() != other.hash()


@pytest.mark.parametrize("change", [{"indptr": [0, 2, 2]}, {"indices": [0, 2]}], ids=lambda c: [*c])
def test_the_hash_changes_with_the_places_of_sparse_values(change):
    parts = {"data": [1, 2], "indices": [0, 1], "indptr": [0, 1, 2]}
    first, second = (
        sparse.csr_matrix((p["data"], p["indices"], p["indptr"]), (2, 3), np.float32)
        for p in (parts, parts | change)
    )
    constants = np.ones(3, np.float32)
    assert Inputs(first, constants, constants, 1.0).hash() != (
        Inputs(second, constants, constants, 1.0).hash()
    )
