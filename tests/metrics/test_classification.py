import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import (
    accuracy_score,
    balanced_accuracy_score,
    precision_recall_fscore_support,
)
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from vaebio.metrics.classification import (
    accuracy,
    balanced_accuracy,
    by_linear,
    by_neighbours,
    classes,
    wilson,
)

NAMES = np.array(["a", "b", "c"])


def drawn(n, seed, distance=2.0):
    random = np.random.default_rng(seed)
    codes = random.choice(3, n, p=(0.6, 0.3, 0.1))
    return distance * np.eye(3)[codes] + random.normal(size=(n, 3)), NAMES[codes]


TRAIN, TEST = drawn(300, 0), drawn(200, 1)


def test_neighbours_vote_as_those_of_scikit_learn():
    """With as many classes as 2 and an odd number of votes there is no tie."""
    two = TRAIN[1] != "c", TEST[1] != "c"
    train, labels, test = TRAIN[0][two[0]], TRAIN[1][two[0]], TEST[0][two[1]]
    model = KNeighborsClassifier(7).fit(train, labels)
    np.testing.assert_array_equal(by_neighbours(train, labels, test, 7), model.predict(test))


def test_equal_votes_go_to_the_nearer():
    train, labels = np.array([[0.0], [3.0], [4.0], [9.0]]), np.array(["z", "a", "a", "z"])
    test = np.array([[1.0], [2.5]])
    np.testing.assert_array_equal(by_neighbours(train, labels, test, 4), ["z", "a"])
    # More votes outweigh nearer ones, however near.
    np.testing.assert_array_equal(by_neighbours(train, labels, test[:1], 3), ["a"])


def test_the_linear_probe_is_scaled_logistic_regression():
    model = make_pipeline(StandardScaler(), LogisticRegression(tol=1e-6, max_iter=1000))
    expected = model.fit(*TRAIN).predict(TEST[0])
    np.testing.assert_array_equal(by_linear(*TRAIN, TEST[0]), expected)


def test_the_scale_and_place_of_units_do_not_matter_to_the_linear_probe():
    moved = [values * (1, 1e4, 1e-4) + (0, 7, 1e3) for values in (TRAIN[0], TEST[0])]
    dead = [np.hstack([values, np.ones((len(values), 1))]) for values in moved]
    expected = by_linear(*TRAIN, TEST[0])
    for train, test in (moved, dead):
        np.testing.assert_array_equal(by_linear(train, TRAIN[1], test), expected)


def test_an_optimum_that_was_not_reached_gives_no_labels():
    assert by_linear(*TRAIN, TEST[0], iterations=2) is None


def test_accuracies_are_those_of_scikit_learn():
    truth, predicted = TEST[1], by_neighbours(*TRAIN, TEST[0], 5)
    assert accuracy(truth, predicted).value == accuracy_score(truth, predicted)
    balanced = balanced_accuracy(truth, predicted, 100, 0)
    assert balanced.value == pytest.approx(balanced_accuracy_score(truth, predicted))
    assert balanced.low < balanced.value < balanced.high


@pytest.mark.parametrize("right", [True, False])
def test_all_right_and_all_wrong(right):
    truth = np.array(["a", "a", "b"])
    predicted = truth if right else np.array(["b", "b", "a"])
    assert accuracy(truth, predicted).value == right
    assert balanced_accuracy(truth, predicted, 10, 0).value == right


def test_balanced_accuracy_varies_as_when_observations_are_drawn_again():
    truth, predicted = TEST[1], by_neighbours(*TRAIN, TEST[0], 5)
    random = np.random.default_rng(3)
    by_hand = [
        balanced_accuracy_score(truth[some], predicted[some])
        for some in random.integers(0, len(truth), (300, len(truth)))
    ]
    found = balanced_accuracy(truth, predicted, 1000, 0)
    assert found.high - found.value == pytest.approx(1.96 * np.std(by_hand), rel=0.15)


def test_wilson_intervals_cover():
    random = np.random.default_rng(0)
    for share in (0.5, 0.9, 0.98):
        found = [wilson(int(hits), 60) for hits in random.binomial(60, share, 2000)]
        assert 0.92 < np.mean([one.low <= share <= one.high for one in found]) < 0.98


def test_each_class_is_judged_as_scikit_learn_does():
    predicted = by_neighbours(*TRAIN, TEST[0], 5)
    found = list(classes({"train": TRAIN[1], "test": TEST[1]}, predicted))
    precision, recall, f1, size = precision_recall_fscore_support(TEST[1], predicted)
    assert [one.label for one in found] == list(NAMES)
    np.testing.assert_allclose([one.recall for one in found], recall)
    np.testing.assert_allclose([one.precision for one in found], precision)
    np.testing.assert_allclose([one.f1 for one in found], f1)
    assert [one.test_observations for one in found] == list(size)
    assert [one.train_observations for one in found] == [(TRAIN[1] == n).sum() for n in NAMES]
    assert all(one.low < one.recall < one.high and one.reason == "" for one in found)


def test_a_class_that_a_split_lacks_is_a_row_with_a_reason():
    truth = {"train": np.array(["a", "b"]), "test": np.array(["b", "c", "b"])}
    one, two, three = classes(truth, np.array(["b", "a"]))
    assert (one.label, one.test_observations, one.recall) == ("a", 0, None)
    assert "test has no" in one.reason
    assert (two.recall, two.precision, two.f1) == (0.5, 1.0, pytest.approx(2 / 3))
    assert (three.label, three.train_observations, three.f1) == ("c", 0, None)
    assert "train has no" in three.reason


def test_a_class_that_is_never_predicted_has_no_precision():
    truth = {"train": np.array(["a", "b"]), "test": np.array(["a", "b"])}
    _, found = classes(truth, np.array(["a", "a"]))
    assert (found.recall, found.precision, found.f1) == (0, None, 0)
    assert "precision" in found.reason


def test_without_predictions_every_class_has_the_reason():
    found = list(classes({"train": TRAIN[1], "test": TEST[1]}, None, "diverged"))
    assert {one.reason for one in found} == {"diverged"}
    assert all(one.recall is None for one in found)
