"""What is foretold stands beside what a member reached, or has a reason why not."""

import dataclasses

import numpy as np
import pytest
from sklearn.decomposition import PCA

from vaebio.evaluation.foretold import NAMES, Foretold
from vaebio.model.vae import Architecture
from vaebio.terms import MEASURES
from vaebio.training.grid import Member
from vaebio.training.store import Stored

N, FEATURES = 40, 6


@pytest.fixture
def train():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(N, 3)) @ rng.normal(size=(3, FEATURES)) + rng.normal(size=(N, FEATURES))
    return (x - x.mean(0)) / x.std(0)


def stored(beta=0.5, latent=2, training=None, **architecture):
    shape = Architecture(FEATURES, (4,), (4,), **architecture)
    return Stored("m", Member(beta, latent, 0), shape, {}, "{}", training or {})


def rows(foretold, *args, **kwargs):
    return {row.measure: row for row in foretold.rows(stored(*args, **kwargs))}


def test_the_rows_are_measures_of_train(train):
    found = rows(Foretold(train))
    assert tuple(found) == NAMES
    assert set(NAMES) <= set(MEASURES)
    assert {row.split for row in found.values()} == {"train"}


def test_at_beta_0_the_error_is_that_of_pca_and_the_rate_is_absent(train):
    found = rows(Foretold(train), beta=0.0)
    pca = PCA(2, svd_solver="full").fit(train)
    error = np.square(train - pca.inverse_transform(pca.transform(train))).mean()
    assert found["expected_mse"].value == pytest.approx(error)
    assert found["expected_active_units"].value == 2
    assert found["expected_rate_nats"].value is None
    assert "beta 0" in found["expected_rate_nats"].reason


def test_the_order_in_which_members_come_changes_nothing(train):
    small, large = stored(latent=2), stored(latent=90)
    together, alone = Foretold(train), Foretold(train)
    assert [together.rows(m) for m in (small, large)][1] == alone.rows(large)
    assert together.rows(small) == alone.rows(small)


def test_a_member_that_is_told_the_batch_is_foretold_within_batches(train):
    batch = np.arange(N) % 2
    shifted = Foretold(train + 4 * batch[:, None], batch)
    within = train.copy()
    for b in (0, 1):
        within[batch == b] -= within[batch == b].mean(0)
    told, by_hand = rows(shifted, batches=2), rows(Foretold(within))
    assert told["expected_mse"].value == pytest.approx(by_hand["expected_mse"].value)
    assert rows(shifted)["expected_rate_nats"].value > told["expected_rate_nats"].value


@pytest.mark.parametrize(
    "other",
    [{"likelihood": "nb"}, {"sigma": "shared"}, {"training": {"capacity": 5.0}}],
    ids=str,
)
def test_where_the_formula_does_not_hold_the_rows_are_absent_with_a_reason(train, other):
    found = rows(Foretold(train), **other)
    assert tuple(found) == NAMES
    assert all(row.value is None and row.reason for row in found.values())


def test_an_error_counts_measured_features_alone(train):
    all_there, half = Foretold(train), dataclasses.replace(Foretold(train), measured=3.0, _known={})
    ratio = rows(half)["expected_mse"].value / rows(all_there)["expected_mse"].value
    assert ratio == pytest.approx(2)


@pytest.mark.parametrize(("measured", "absent"), [(3.0, True), (None, False)])
def test_a_member_that_has_learned_what_was_filled_in_is_not_foretold(train, measured, absent):
    foretold = Foretold(train, measured=measured)
    learned = rows(foretold, training={"ignore_imputed": False})
    assert all((row.value is None) == absent for row in learned.values())
    assert all(("ignore_imputed" in row.reason) == absent for row in learned.values())
    assert all(row.value is not None for row in rows(foretold).values())
