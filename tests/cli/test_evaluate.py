"""What `vaebio evaluate` leaves out of a table it says."""

from types import SimpleNamespace

import numpy as np
import pytest

from vaebio.cli.evaluate import _by_feature
from vaebio.evaluation.baselines import measure_baselines
from vaebio.evaluation.observations import Observations
from vaebio.settings import Evaluate
from vaebio.terms import NOISE_FLOOR
from vaebio.training.inputs import Inputs

N, FEATURES = 60, 7


@pytest.mark.parametrize(("most", "held"), [(2 * FEATURES, 2), (3 * FEATURES, 3), (1, 1)])
def test_a_table_of_features_without_room_for_all_says_what_it_holds(most, held, capsys):
    x = np.random.default_rng(0).normal(size=(N, FEATURES)).astype(np.float32)
    split = np.repeat(["train", "validation", "test"], N // 3)
    rows = {name: split == name for name in ("train", "validation", "test")}
    data = Observations(x, rows, None, Inputs(x, np.zeros(FEATURES), np.ones(FEATURES), None))
    settings = Evaluate(feature_rows=most)
    found = list(measure_baselines(data, [1, 2], settings))
    names = [f"g{i}" for i in range(FEATURES)]
    uns = {"vaebio": {"kind": "continuous"}}
    adata = SimpleNamespace(layers={}, uns=uns, n_vars=FEATURES, var_names=names)
    features, strata = _by_feature(adata, data, found, settings)
    said = capsys.readouterr().err
    assert (f"features.tsv holds {held} of 3" in said) == (held < 3)
    assert ("evaluate.feature_rows" in said) == (held < 3)
    assert len({name for name, _ in features}) == held
    names = {one.name for one in found} | {NOISE_FLOOR}
    assert {name for name, _ in strata} == names, "every one of them, and the noise floor"
