import math
from dataclasses import replace

import pandas as pd
import pytest

from vaebio.report import methods
from vaebio.report.references import Citations, entries, formatted
from vaebio.terms import MEASURES, NOISE_FLOOR
from vaebio.terms.integration import INTEGRATION


def test_every_source_of_the_vocabulary_has_an_entry():
    assert {m.source for m in MEASURES.values()} - {""} <= set(entries())


SETTINGS = (
    {"model": {"sigma": "shared", "dropout": 0.1, "batch": True}},
    {"train": {"beta_schedule": "cyclical", "free_bits": 0.5, "weight_decay": 0.01}},
    {"train": {"capacity": 25.0, "learning_rate_schedule": "cosine"}},
)


def changed(results, settings):
    """The results as if they had been made with other settings."""
    config = results.config
    sections = {k: getattr(config, k).model_copy(update=v) for k, v in settings.items()}
    return replace(results, config=config.model_copy(update=sections))


PREPARED = (
    {"account": {"selection": "seurat_v3"}},
    {"account": {"selection": "pearson"}},
    {"transform": "m_values", "imputation": "knn", "account": {"missing": 3}},
    {"observations": 50_000, "account": {}},
)


def prepared_otherwise(results, facts):
    """The results as if the data had been prepared in another way."""
    account = results.prepared["account"] | facts["account"]
    return replace(results, prepared=results.prepared | facts | {"account": account})


def with_baseline(results, key):
    """The results with a baseline that reached what PCA did."""
    rows = results.metrics[results.metrics["member"].str.startswith("pca-")]
    rows = rows.assign(member=rows["member"].str.replace("pca", key))
    return replace(results, metrics=pd.concat([results.metrics, rows], ignore_index=True))


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("nmf", "NMF with as many factors ["),
        ("ae", "deterministic autoencoder"),
        ("scvi", "scVI ["),
    ],
)
def test_the_baselines_that_were_measured_are_said_and_no_others(small, key, said):
    assert said not in " ".join(methods.paragraphs(small, Citations()))
    assert said in " ".join(methods.paragraphs(with_baseline(small, key), Citations()))


def with_batches(results):
    """The results as if the measures of integration had been possible."""
    metrics, names = results.metrics, [term.name for term in INTEGRATION]
    own = metrics["measure"].isin(names)
    found = metrics.assign(
        value=metrics["value"].mask(own, 0.5), reason=metrics["reason"].mask(own, "")
    )
    return replace(results, metrics=found)


def with_further(results):
    """The results as if there had been every baseline and rank correlation."""
    rows = results.metrics[results.metrics["member"] == "pca-k8"]
    others = [rows.assign(member=f"{name}-k8") for name in ("nmf", "scvi", "ae")]
    ranks = results.correlations.assign(value=0.5, low=0.1, high=0.8)
    metrics = pd.concat([results.metrics, *others], ignore_index=True)
    return replace(results, metrics=metrics, correlations=ranks)


def test_entries_are_whole_and_cited_somewhere(small, several, diagnosed):
    citations = Citations()
    others = [changed(small, settings) for settings in SETTINGS]
    others += [prepared_otherwise(small, facts) for facts in PREPARED]
    others += [with_baseline(small, "nmf")]
    others += [diagnosed, with_batches(small), with_further(small)]
    for results in (small, several, *others):
        methods.paragraphs(results, citations)
        methods.glossary(results, citations)
    assert set(citations.keys) == set(entries())
    for key in entries():
        assert {"author", "title", "year", "bibtex"} <= set(entries()[key])
        assert entries()[key]["bibtex"].count("{") == entries()[key]["bibtex"].count("}")


def test_what_was_not_done_is_not_cited(small):
    citations = Citations()
    methods.paragraphs(small, citations)
    assert not {"rybkin2021", "lopez2018", "fu2019", "kingma2016", "burgess2018"} & {
        *citations.keys
    }
    assert not {"loshchilov2017", "loshchilov2019", "srivastava2014"} & {*citations.keys}
    assert not {"shapley1953", "cremer2018", "sen1968"} & {*citations.keys}
    assert not {"lee1999", "spearman1904", "korsunsky2019", "buttner2019"} & {*citations.keys}


def test_numbers_follow_the_order_of_citation():
    citations = Citations()
    assert citations.cite("traag2019") == "[1]"
    assert citations.cite("wolf2018", "traag2019") == "[1, 2]"
    assert citations.cite("traag2019") == "[1]"
    with pytest.raises(KeyError, match="nobody1900"):
        citations.cite("nobody1900")


def test_a_reference_reads_well():
    entry = formatted("traag2019")
    assert entry["text"] == (
        "Vincent A. Traag, Ludo Waltman, Nees Jan van Eck. From Louvain to Leiden: guaranteeing "
        "well-connected communities. Scientific Reports 9, 5233 (2019)."
    )
    assert entry["address"] == "https://doi.org/10.1038/s41598-019-41695-z"


def test_the_paragraph_says_what_ran(small):
    text = " ".join(methods.paragraphs(small, Citations()))
    for said in (
        "0.3, 3",
        "one hidden layer of 128 units",
        "learning rate 0.002",
        "20 epochs",
        "1 diverged",
        "train (490), validation (105) and test (105)",
        "bulk_labels",
        "treated as counts (every value is a whole number",
    ):
        assert said in text


def test_the_paragraph_says_how_the_noise_floor_was_estimated(small):
    floor = {"member": NOISE_FLOOR, "split": "test", "measure": "mse"}
    found = floor | {"value": 0.4287, "low": 0.36, "high": 0.49, "reason": "variance of something"}
    absent = floor | {"value": math.nan, "reason": "one binary value tells nothing"}
    for row, said in ((found, True), (absent, False)):
        metrics = pd.concat([small.metrics, pd.DataFrame([row])], ignore_index=True)
        text = " ".join(methods.paragraphs(replace(small, metrics=metrics), Citations()))
        assert ("The noise floor of test (0.43) is the variance of something." in text) == said
        assert "binary value" not in text


def test_the_paragraph_leaves_out_what_did_not_happen(alone):
    members = alone.members.assign(encoder="linear", decoder="linear")
    results = replace(changed(alone, {"train": {"warmup": 0}}), members=members)
    citations = Citations()
    text = " ".join(methods.paragraphs(results, citations))
    assert "k-means" not in text and "linearly" not in text and "relu" not in text
    assert not {"traag2019", "sonderby2016", "ba2016"} & set(citations.keys)


@pytest.mark.parametrize(
    ("likelihoods", "said", "unsaid"),
    [
        (["gaussian"], [], ["expected counts", "expected values"]),
        (["nb"], ["expected counts, brought through the same normalisation"], ["expected values"]),
        (["bernoulli"], ["expected values, scaled"], ["expected counts"]),
        (["gaussian", "poisson"], ["expected counts"], []),
    ],
)
def test_how_the_error_of_each_likelihood_is_measured(small, likelihoods, said, unsaid):
    parts = [small.members.assign(likelihood=name) for name in likelihoods]
    text = methods.paragraphs(replace(small, members=pd.concat(parts)), Citations())[3]
    assert all(words in text for words in said) and not any(words in text for words in unsaid)


def test_versions_name_what_matters():
    found = methods.versions()
    assert set(methods.PACKAGES) < set(found) and "Python" in found
