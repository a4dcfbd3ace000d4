import numpy as np
import pandas as pd
import pytest

from vaebio.data import caution


@pytest.mark.parametrize(("n", "warned"), [(99, True), (100, False)])
def test_few_train_observations(n, warned):
    assert bool(caution.about_split(np.array(["train"] * n + ["test"] * 50))) == warned


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (["x"] * 4, "All observations have the same label (`x` in `type`)"),
        (["x", "y", "z", "w"], "Every observation has a label of its own"),
        (["x", "x", "y", "z"], None),
    ],
)
def test_labels_that_say_little(values, message):
    found = " ".join(caution.about_classes("label", "type", np.array(values)))
    assert message in found if message else not found


def test_labels_absent_from_a_split_are_named():
    labels = np.array(["a", "b", "a", "b", "a"])
    split = np.array(["train", "train", "validation", "validation", "test"])
    assert caution.about_absent(labels, split) == ["No test observation of `b`: too few of them."]


@pytest.mark.parametrize(
    ("batches", "message"),
    [
        ("xyxy", "`batch` and `type` are the same division"),
        ("xyzy", "Every class of `batch` holds one class of `type` only"),
        ("xxyy", None),
        ("xxxx", None),
        ("xyzw", None),
    ],
)
def test_a_batch_that_is_confounded_with_the_label(batches, message):
    obs = pd.DataFrame({"type": [*"abab"], "batch": [*batches]})
    found = " ".join(caution.about_confounding(obs, "batch", "type"))
    assert message in found if message else not found
