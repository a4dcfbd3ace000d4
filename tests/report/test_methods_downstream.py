from dataclasses import replace

import pandas as pd

from vaebio.report import methods_downstream
from vaebio.report.listing import listing
from vaebio.report.references import Citations
from vaebio.report.seeds import measured

STABLE = ("cluster_stability", "clusters", "silhouette_clusters")


def said(results, found):
    citations = Citations()
    return " ".join(methods_downstream.sentences(results, found, citations)), set(citations.keys)


def test_without_labels_the_stability_is_told_and_no_label(alone):
    text, keys = said(alone, set(STABLE))
    assert "5 random halves" in text and "10 others" in text
    assert "k-means" not in text and "label" not in text.replace("Without labels", "")
    assert {"traag2019", "lange2004"} < keys
    assert not {"cover1967", "strehl2002", "jegou2011"} & keys


def test_the_settings_are_told(small):
    text, _ = said(small, set(measured(small)))
    for words in ("15 nearest neighbours", "200 bootstraps", "10 resolutions (0.2 to 2)"):
        assert words in text
    assert "the 15 nearest train observations" in text


def test_many_observations_are_searched_by_an_inverted_file(small):
    many = replace(small, prepared=small.prepared | {"observations": 50_000})
    assert "inverted file" in said(many, set(STABLE))[0]
    assert "inverted file" not in said(small, set(STABLE))[0]


def with_controls(results):
    """PCA's clusters as if they were those of controls, and no error."""
    own = results.metrics[results.metrics["member"] == "pca-k8"]
    gone = own["measure"].isin(["mse", "r2", "explained"])
    own = own.assign(
        value=own["value"].mask(gone), reason=own["reason"].mask(gone, "reconstructs nothing")
    )
    rows = [own.assign(member=f"control-{name}") for name in ("labels", "random")]
    return replace(results, metrics=pd.concat([results.metrics, *rows], ignore_index=True))


def test_controls_stand_among_the_baselines_without_an_error(small):
    made = listing(with_controls(small))
    rows = {row.name: row for row in made.baselines}
    assert list(rows)[-2:] == ["control: labels", "control: noise"]
    for name in ("control: labels", "control: noise"):
        cells = {c.measure: cell for c, cell in zip(made.columns, rows[name].cells, strict=False)}
        assert cells["mse"].sort is None and cells["mse"].mark
        assert cells["knn_accuracy"].sort is not None


def test_controls_are_told_where_there_are_some(small):
    found = set(measured(small))
    assert "The controls stand" in said(with_controls(small), found)[0]
    assert "control" not in said(small, found)[0]
