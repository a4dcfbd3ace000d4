import os
import time

import numpy as np
import pytest

from vaebio.errors import VaebioError
from vaebio.evaluation import embeddings
from vaebio.evaluation.downstream import Known
from vaebio.evaluation.embeddings import with_downstream
from vaebio.evaluation.measured import Measured
from vaebio.metrics.panel import Row
from vaebio.settings import Evaluate
from vaebio.terms import SPLITS

N = 120
KNOWN = Known({s: np.arange(N) % 3 == i for i, s in enumerate(SPLITS)}, np.resize(["a", "b"], N))
SETTINGS = Evaluate(resolutions=(0.5, 1.0), halves=1, bootstraps=10)


def measured():
    random = np.random.default_rng(0)
    first = [Row("test", "mse", 1.0)]
    yield Measured("null", first)
    for name in ("one", "two", "three"):
        yield Measured(name, first, embedding=random.normal(size=(N, 3)).astype(np.float32))


def test_the_numbers_do_not_depend_on_how_many_workers_there_are():
    alone, shared = (list(with_downstream(measured(), KNOWN, SETTINGS, w)) for w in (1, 2))
    assert [one.name for one in shared] == ["null", "one", "two", "three"]
    assert [one.metrics for one in shared] == [one.metrics for one in alone]
    assert [one.classes for one in shared] == [one.classes for one in alone]


def test_what_has_no_embedding_stays_as_it_is():
    null, one, *_ = with_downstream(measured(), KNOWN, SETTINGS)
    assert null == next(measured())
    assert one.metrics[0] == null.metrics[0]
    assert len(one.metrics) > 10
    assert one.classes


def test_a_worker_that_is_ended_is_told_in_three_lines(monkeypatch):
    monkeypatch.setattr(embeddings, "_worker", ended)
    with pytest.raises(VaebioError, match="fewer threads"):
        list(with_downstream(measured(), KNOWN, SETTINGS, 2))


def ended(_):
    """Stand in for the system that takes the memory back."""
    time.sleep(0.01)
    os._exit(9)
