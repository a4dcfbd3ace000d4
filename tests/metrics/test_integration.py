"""Measures of integration: those of scib-metrics, and of planted answers."""

import warnings

import numpy as np
import pytest

from vaebio.evaluation.clusters import LABELLED
from vaebio.metrics import divided, scib
from vaebio.metrics.fuzzy_graph import fuzzy_graph
from vaebio.metrics.integration import (
    AGGREGATES,
    CONSERVATION,
    CORRECTION,
    INTEGRATION,
    integration_rows,
)
from vaebio.metrics.mixing import share_between
from vaebio.metrics.neighbours import nearest
from vaebio.metrics.panel import Row
from vaebio.terms.integration import INTEGRATION as TERMS

N = 240
LABELS = np.repeat(["a", "b", "c"], 80)
BATCHES = np.tile(["one", "two", "three", "four"], 60)
CLUSTERS = [
    Row("all", name, value) for name, value in zip(LABELLED, (0.5,) * 4 + (0.2,), strict=True)
]
BY_BATCH, BY_LABEL = {*CORRECTION} - {"graph_connectivity"}, {"clisi", "isolated_labels"}
BEFORE = 0.5


def planted(labels=6.0, batches=0.0, seed=0):
    """Latents with the labels and the batches so far apart."""
    rng = np.random.default_rng(seed)
    at = np.unique(LABELS, return_inverse=True)[1], np.unique(BATCHES, return_inverse=True)[1]
    axes = np.eye(8)
    noise = rng.normal(size=(N, 8))
    return (noise + labels * axes[at[0]] + batches * axes[3 + at[1]]).astype(np.float32)


def rows(embedding, batches=BATCHES, labels=LABELS, before=BEFORE, clusters=CLUSTERS):
    found = integration_rows(embedding, batches, labels, "all", before=before, clusters=clusters)
    return {row.measure: row for row in found}


def values(*given, **named):
    return {name: row.value for name, row in rows(*given, **named).items()}


def test_every_measure_has_its_term():
    assert {*INTEGRATION, *AGGREGATES} == {term.name for term in TERMS}
    assert set(rows(planted())) == {term.name for term in TERMS}


@pytest.fixture(scope="module")
def uneven():
    """Batches of uneven sizes, one label in fewer batches than the others."""
    rng = np.random.default_rng(5)
    labels = rng.permutation(LABELS)
    batches = rng.choice(["x", "y", "z"], N, p=[0.5, 0.3, 0.2])
    batches[(labels == "c") & (batches == "z")] = "x"
    shift = 2.5 * (labels == "b") + (batches == "y")
    return (rng.normal(size=(N, 4)) + shift[:, None]).astype(np.float32), batches, labels


def test_the_values_are_those_of_scib_metrics(uneven, monkeypatch):
    """Its own functions on the same neighbours, its approximate search of them made exact."""
    embedding, batches, labels = uneven
    before = np.random.default_rng(0).normal(size=(N, 6)) + (batches == "x")[:, None]
    codes = np.unique(batches, return_inverse=True)[1]
    # scib-metrics has the components of a small label for all labels after it.
    monkeypatch.setattr("vaebio.metrics.kbet.COMPONENTS", 40)
    ours = values(embedding, batches, labels, before=share_between(before, codes))
    library = scib._library()

    def exact(x, n_neighbors):
        return scib._with_itself(nearest(np.asarray(x), int(n_neighbors) - 1))

    monkeypatch.setattr(library.nearest_neighbors, "pynndescent", exact)
    ninety, fifty, fifteen = (exact(embedding, n) for n in (90, 50, 15))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = {
            "ilisi": library.ilisi_knn(ninety, batches),
            "clisi": library.clisi_knn(ninety, labels),
            "kbet": library.kbet_per_label(fifty, batches, labels, diffusion_n_comps=40),
            "bras": library.bras(embedding, labels, batches),
            "isolated_labels": library.isolated_labels(embedding, labels, batches),
            "graph_connectivity": library.graph_connectivity(fifteen, labels),
            "pcr_comparison": library.pcr_comparison(
                before.astype(np.float32), embedding, batches, categorical=True
            ),
        }
        graph = fifty.knn_graph_connectivities
    assert abs(fuzzy_graph(nearest(embedding, 49)) - graph).max() < 1e-6
    for name in INTEGRATION:
        assert ours[name] == pytest.approx(float(theirs[name]), abs=1e-6), name
        assert 0.02 < ours[name] < 0.999, f"{name} could not differ"


def test_mixed_batches_are_better_than_separated_ones_by_every_measure_of_batches():
    mixed, apart = values(planted(batches=0)), values(planted(batches=5))
    for name in (*BY_BATCH, "batch_correction"):
        assert mixed[name] > apart[name] + 0.1, name


def test_separated_labels_are_better_than_mixed_ones_by_every_measure_of_labels():
    apart, mixed = values(planted(labels=6)), values(planted(labels=0))
    for name in (*BY_LABEL, "graph_connectivity"):
        assert apart[name] > mixed[name] + 0.05, name


def test_the_controls_reach_the_ends():
    """Labels as latents, a little apart, and latents that know nothing."""
    known = values(planted(labels=60))
    nothing = values(np.random.default_rng(1).normal(size=(N, 8)).astype(np.float32))
    assert known["clisi"] == pytest.approx(1, abs=1e-6)
    assert known["graph_connectivity"] > 0.97
    assert known["isolated_labels"] > 0.95
    assert nothing["clisi"] < 0.15
    assert nothing["isolated_labels"] == pytest.approx(0.5, abs=0.03)
    assert nothing["ilisi"] > 0.75 and nothing["kbet"] > 0.85 and nothing["bras"] > 0.9


def test_the_order_of_the_observations_does_not_matter():
    embedding, order = planted(batches=1.5), np.random.default_rng(2).permutation(N)
    one, other = rows(embedding), rows(embedding[order], BATCHES[order], LABELS[order])
    for name, row in one.items():
        for end in ("value", "low", "high"):
            expected = pytest.approx(getattr(row, end), abs=1e-6)
            assert getattr(other[name], end) == expected, (name, end)


def test_values_lie_in_their_intervals_where_there_are_some():
    found = rows(planted(labels=2, batches=1))
    without = {"pcr_comparison", "graph_connectivity", *AGGREGATES}
    for name, row in found.items():
        if name in without:
            assert row.low is None and row.high is None
        else:
            assert row.low <= row.value <= row.high and row.low < row.high


def test_more_variance_between_batches_than_before_is_no_correction():
    assert values(planted(batches=9), before=0.01)["pcr_comparison"] == 0
    assert "no variance between batches" in rows(planted(), before=0.0)["pcr_comparison"].reason


def test_the_means_are_those_of_scib_metrics():
    found = values(planted())
    known = found | {row.measure: row.value for row in CLUSTERS} | {"silhouette": 0.6}
    correction, conservation = (
        np.mean([known[n] for n in names]) for names in (CORRECTION, CONSERVATION)
    )
    assert found["batch_correction"] == pytest.approx(correction)
    assert found["bio_conservation"] == pytest.approx(conservation)
    assert found["integration_total"] == pytest.approx(0.4 * correction + 0.6 * conservation)


def test_a_mean_of_which_a_part_is_missing_is_absent():
    found = rows(planted(), clusters=CLUSTERS[1:])
    assert found["bio_conservation"].reason == "without kmeans_nmi: not measured"
    assert found["integration_total"].reason == found["bio_conservation"].reason
    assert found["batch_correction"].value is not None


ONE_DIRECTION = np.where(np.arange(N)[:, None] < 100, np.float32(1), planted())


@pytest.mark.parametrize(
    ("change", "absent", "reason"),
    [
        ({"batches": None}, {*INTEGRATION}, "no batch column"),
        ({"batches": np.repeat("one", N)}, {*INTEGRATION}, "of the same batch"),
        ({"embedding": planted() * np.nan}, {*INTEGRATION}, "diverged"),
        ({"embedding": planted() * 0}, {*INTEGRATION}, "collapsed"),
        ({"labels": None}, divided.OF_LABELS, "no label column"),
        ({"labels": np.repeat("a", N)}, BY_LABEL, "1 label(s)"),
        ({"labels": np.arange(N).astype(str)}, BY_LABEL, "240 label(s) for 240"),
        (
            {"batches": np.where(LABELS == "a", "one", "two")},
            {"ilisi", "pcr_comparison", "kbet", "bras"},
            "",
        ),
        (
            {"batches": np.char.add(LABELS, BATCHES)},
            {"ilisi", "pcr_comparison"},
            "every batch holds one label only",
        ),
        ({"batches": np.arange(N).astype(str) + "x"}, {"kbet", "bras"}, "no label is in two"),
        ({"batches": np.arange(N) // 2 % 40}, {"ilisi"}, "batches of 6 or fewer"),
        (
            {"embedding": ONE_DIRECTION},
            {"ilisi", "kbet", "graph_connectivity", "clisi"},
            "100 observations have the same latents",
        ),
        (
            {"embedding": ONE_DIRECTION * (np.arange(N)[:, None] > 0)},
            {"bras"},
            "all 0 have no direction",
        ),
    ],
)
def test_what_cannot_be_measured_is_absent_with_its_reason(change, absent, reason):
    given = {"embedding": planted(), "batches": BATCHES, "labels": LABELS} | change
    found = rows(**given)
    for name in absent:
        assert found[name].value is None
        assert reason in found[name].reason and found[name].reason
    if absent == {*INTEGRATION}:
        assert all(row.value is None and row.reason for row in found.values())
    else:
        rest = [found[name].value for name in INTEGRATION if name not in absent]
        assert any(value is not None for value in rest)


def test_a_label_in_one_batch_alone_says_so():
    found = rows(planted(), batches=np.where(LABELS == "a", "one", "two"))
    assert "every label lies in one batch only" in found["ilisi"].reason
    assert found["clisi"].value is not None


@pytest.mark.parametrize(
    ("n", "absent"),
    [
        (14, {"ilisi", "clisi", "kbet", "graph_connectivity"}),
        (40, {"ilisi", "clisi", "kbet"}),
        (80, {"ilisi", "clisi"}),
    ],
)
def test_few_observations_have_no_neighbourhoods(n, absent):
    some = np.random.default_rng(0).permutation(N)[:n]
    batches, labels = np.arange(n) % 2, np.arange(n) // 2 % 2
    found = rows(planted()[some], batches, labels)
    for name in INTEGRATION:
        assert (found[name].value is None) == (name in absent), name
    assert f"{n} observations, fewer than the 90" in found["ilisi"].reason


def test_distances_beyond_single_precision_have_no_index():
    far = planted().astype(np.float64) * 1e30
    assert rows(far)["ilisi"].value is None


def test_the_width_of_the_latents_does_not_matter():
    wider = np.pad(planted(), ((0, 0), (0, 24)))
    found = values(wider)
    for name, value in values(planted()).items():
        assert found[name] == pytest.approx(value, abs=1e-7), name
