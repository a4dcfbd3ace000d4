"""Planted orderings: what separates labels wins on every measure, and noise is chance."""

import numpy as np
import pytest

from vaebio.evaluation.controls import controls, one_hot
from vaebio.evaluation.downstream import PLACES, Known, downstream, without
from vaebio.settings import Evaluate
from vaebio.terms import BASELINES, MEASURES, SPLITS
from vaebio.terms.downstream import DOWNSTREAM

N = 360
SPLIT = np.resize(["train", "train", "train", "validation", "test", "test"], N)
ROWS = {split: split == SPLIT for split in SPLITS}
LABELS = np.random.default_rng(9).choice(["a", "b", "c"], N, p=(0.5, 0.3, 0.2))
KNOWN = Known(ROWS, LABELS)
SETTINGS = Evaluate(resolutions=(0.1, 0.3, 0.6, 1.0), halves=3, bootstraps=50)
UNLABELLED = ("clusters", "cluster_stability", "silhouette_clusters")
"""Measures of clusters that ask no label."""


def embedded(distance, units=4, seed=0):
    """Labels as far apart as `distance`, in noise of variance 1."""
    noise = np.random.default_rng(seed).normal(size=(N, units)).astype(np.float32)
    return distance * np.pad(one_hot(LABELS), ((0, 0), (0, units - 3))) + noise


def values(embedding, known=KNOWN, settings=SETTINGS):
    found = downstream(embedding, known, settings).metrics
    return {(row.split, row.measure): row for row in found}


@pytest.fixture(scope="module")
def levels():
    """From mixed to separate, then the controls."""
    made = [values(embedded(distance)) for distance in (0.0, 2.0, 5.0)]
    return [*made, *(values(one.embedding) for one in controls(N, LABELS, (2, 4), SETTINGS))]


def test_every_measure_is_there_has_its_term_and_an_interval(levels):
    assert {measure.name for measure in DOWNSTREAM} == {
        n for names in PLACES.values() for n in names
    }
    assert set(levels[1]) == {(split, name) for split, names in PLACES.items() for name in names}
    for (_, name), row in levels[1].items():
        assert row.reason == ""
        assert name in MEASURES
        if name != "clusters":
            assert row.low <= row.value <= row.high
            assert row.low < row.high


def test_the_more_separate_the_labels_the_better_every_measure(levels):
    for place in levels[0]:
        mixed, between, separate = (level[place].value for level in levels[:3])
        if MEASURES[place[1]].better == "higher":
            assert mixed < between <= separate, place
            assert mixed < separate, place


def test_nothing_is_above_the_labels_themselves(levels):
    labels = levels[3]
    for place, row in labels.items():
        if MEASURES[place[1]].better == "higher":
            assert row.value == pytest.approx(1, abs=1e-6), place
            assert all(level[place].value <= row.value + 1e-9 for level in levels), place
    assert labels["all", "clusters"].value == 3


def test_noise_is_chance(levels):
    for (_, name), row in levels[4].items():
        if name.endswith("_ari"):
            assert row.value == pytest.approx(0, abs=0.05)
            assert row.low <= 0.03
        elif name.endswith("_nmi"):
            assert row.value < 0.1
        elif name.endswith("balanced_accuracy"):
            assert row.value == pytest.approx(1 / 3, abs=0.1)
        elif name.endswith("accuracy"):
            largest = np.mean(LABELS[ROWS["test"]] == "a")
            assert row.value < largest + 0.08
        elif name == "silhouette":
            assert row.value < 0.02
    noise, separate = (level["all", "cluster_stability"] for level in (levels[4], levels[2]))
    assert noise.high < separate.low - 0.2


def test_permuted_labels_are_chance_in_a_good_embedding():
    shuffled = Known(ROWS, np.random.default_rng(1).permutation(LABELS))
    found = values(embedded(5.0), shuffled)
    assert found["all", "leiden_stable_ari"].value == pytest.approx(0, abs=0.03)
    assert found["all", "kmeans_ari"].value == pytest.approx(0, abs=0.03)
    assert found["test", "knn_balanced_accuracy"].value == pytest.approx(1 / 3, abs=0.1)
    assert found["all", "silhouette"].value < 0.02
    # What asks no label does not notice.
    assert found["all", "cluster_stability"] == values(embedded(5.0))["all", "cluster_stability"]


def test_without_labels_the_clusters_are_still_judged():
    found, labelled = values(embedded(5.0), Known(ROWS, None)), values(embedded(5.0))
    unlabelled = {("all", name) for name in UNLABELLED}
    assert {place for place, row in found.items() if row.value is not None} == unlabelled
    assert all(found[place] == labelled[place] for place in unlabelled)
    others = [row.reason for place, row in found.items() if place not in unlabelled]
    assert set(others) == {"the sheet names no label column"}
    assert downstream(embedded(5.0), Known(ROWS, None), SETTINGS).classes == []


@pytest.mark.parametrize(
    ("embedding", "labels", "reason"),
    [
        (embedded(2.0) * np.nan, LABELS, "not finite"),
        (embedded(2.0) * 0, LABELS, "collapsed"),
        (embedded(2.0), np.repeat("a", N), "the same label"),
    ],
    ids=["diverged", "collapsed", "one label"],
)
def test_what_cannot_be_measured_is_absent_with_its_reason(embedding, labels, reason):
    found = values(embedding, Known(ROWS, labels))
    for (_, name), row in found.items():
        if reason != "the same label" or name not in UNLABELLED:
            assert row.value is None
            assert reason in row.reason
    classes = downstream(embedding, Known(ROWS, labels), SETTINGS).classes
    assert len(classes) == 2 * len(set(labels))
    assert all(reason in one.found.reason and one.found.recall is None for one in classes)


def test_a_label_for_each_observation_is_held_against_nothing():
    found = values(embedded(2.0), Known(ROWS, np.arange(N).astype(str)))
    assert "360 labels for 360" in found["all", "kmeans_ari"].reason
    assert "whose label train has" in found["test", "knn_accuracy"].reason


def test_a_class_that_train_lacks_counts_in_no_accuracy():
    labels = LABELS.astype(object)
    labels[np.flatnonzero(ROWS["test"])[:10]] = "new"
    labels = labels.astype(str)
    found = downstream(embedded(6.0), Known(ROWS, labels), SETTINGS)
    rows = {row.measure: row.value for row in found.metrics if row.split == "test"}
    assert rows["knn_accuracy"] > 0.98
    new = [told.found for told in found.classes if told.found.label == "new"]
    assert [(one.test_observations, one.recall) for one in new] == [(10, None)] * 2
    assert all("train has no" in one.reason for one in new)


def test_each_class_is_told_by_both_classifiers():
    told = downstream(embedded(2.0), KNOWN, SETTINGS).classes
    assert [(t.classifier, t.found.label) for t in told] == [
        (c, label) for c in ("knn", "linear") for label in "abc"
    ]
    rows = values(embedded(2.0))
    for classifier in ("knn", "linear"):
        recalls = [t.found.recall for t in told if t.classifier == classifier]
        balanced = rows["test", f"{classifier}_balanced_accuracy"].value
        assert np.mean(recalls) == pytest.approx(balanced)


@pytest.mark.parametrize(
    ("change", "measure"),
    [
        ({"knn": 3}, "knn_accuracy"),
        ({"halves": 5}, "cluster_stability"),
        ({"bootstraps": 80}, "kmeans_ari"),
        ({"neighbours": 5}, "cluster_stability"),
        ({"resolutions": (2.0, 3.0)}, "clusters"),
        ({"seed": 1}, "cluster_stability"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_every_setting_has_an_effect(change, measure):
    changed = values(embedded(1.5), settings=SETTINGS.model_copy(update=change))
    before = values(embedded(1.5))
    split = "test" if measure == "knn_accuracy" else "all"
    assert changed[split, measure] != before[split, measure]


def test_controls_have_no_reconstruction_and_the_size_of_the_largest_latents():
    labels, noise = controls(N, LABELS, (2, 7), SETTINGS)
    assert [labels.name, noise.name] == ["control-labels", "control-random"]
    assert labels.name.split("-")[0] in BASELINES
    assert noise.embedding.shape == (N, 7)
    for one in (labels, noise):
        assert one.errors is None
        assert {(r.split, r.measure) for r in one.metrics} == {
            (split, name) for split in SPLITS for name in ("mse", "r2")
        }
        assert all(
            row.value is None and "reconstructs nothing" in row.reason for row in one.metrics
        )


def test_noise_depends_on_the_seed_and_not_on_what_comes_after():
    (_, one), (_, longer), (_, other) = (
        list(controls(n, None, (3,), SETTINGS.model_copy(update={"seed": seed})))
        for n, seed in ((5, 0), (9, 0), (5, 1))
    )
    np.testing.assert_array_equal(one.embedding, longer.embedding[:5])
    assert (one.embedding != other.embedding).all()


@pytest.mark.parametrize(
    ("labels", "reason"), [(None, "no label"), (np.arange(2000).astype(str), "2000 labels")]
)
def test_labels_that_are_no_control_say_why(labels, reason):
    one, _ = controls(2000, labels, (2,), SETTINGS)
    assert one.embedding is None
    absent = [row for row in one.metrics if row.measure not in ("mse", "r2")]
    assert len(absent) == len(without(""))
    assert all(reason in row.reason for row in absent)
