import io

import pandas as pd
import pytest

from vaebio.diagnosis.probe import (
    FACTORS,
    PROBES,
    Probe,
    from_rows,
    measure_rows,
    probe_rows,
    read_word,
    subsets,
    word,
)
from vaebio.errors import VaebioError
from vaebio.terms import COLUMNS


def probe(**changes):
    given = {
        "member": "k2-b10",
        "probe": "factorial",
        "relaxed": frozenset({"encoder", "beta"}),
        "encoder": (512, 512),
        "decoder": (),
        "latent": 8,
        "beta": 0.1 + 0.2,
        "seed": 3,
        "mse_test": 1 / 3,
        "explained_test": 0.7,
        "seconds": 1.25,
        "mse_train": 0.3,
        "rate_test": 12.5,
    }
    return Probe(**(given | changes))


def through_a_file(rows, table):
    frame = pd.DataFrame(rows, columns=list(COLUMNS[table]))
    text = frame.to_csv(sep="\t", index=False)
    return pd.read_csv(io.StringIO(text), sep="\t", float_precision="round_trip").to_dict("records")


def test_a_probe_comes_back_from_its_tables():
    probes = [
        probe(),
        probe(relaxed=frozenset(), encoder=(512,)),
        probe(probe="longer", relaxed=frozenset(FACTORS), active_units=3.0),
        probe(seed=4, mse_test=None),
        probe(seed=5, again=1.0, first_validation=0.9, first_test=0.8),
        probe(seed=6, again=1.0),
    ]
    rows = through_a_file(probe_rows(probes), "probes.tsv")
    measures = through_a_file(measure_rows(probes), "probe_measures.tsv")
    assert from_rows(rows, measures) == probes


def test_without_its_other_measures_a_probe_still_has_what_it_is_judged_by():
    (found,) = from_rows(through_a_file(probe_rows([probe()]), "probes.tsv"))
    assert found == probe(mse_train=None, rate_test=None)


@pytest.mark.parametrize("change", [{"mse_test": float("nan")}, {"status": "diverged"}])
def test_a_diverged_probe_has_no_number_and_says_so(change):
    one = probe(**change)
    assert (one.status, one.mse_test, one.explained_test, one.mse_train) == (
        "diverged",
        None,
        None,
        None,
    )
    assert {row["reason"] for row in measure_rows([one])} == {"the probe diverged"}


def test_only_what_was_trained_again_has_rows_of_its_first_training():
    one = probe(mse_validation=0.4)
    again = probe(mse_validation=0.4, again=1.0, first_validation=0.9, first_test=0.8)
    names = [{row["measure"] for row in measure_rows([p])} for p in (one, again)]
    assert names[1] - names[0] == {"trained_again", "mse_first"}
    assert (one.by_settings, again.by_settings) == ((0.4, 1 / 3), (0.9, 0.8))


def test_there_are_sixteen_combinations_each_with_its_own_word():
    words = [word("factorial", some) for some in subsets()]
    assert len(set(words)) == 16
    assert [read_word(w) for w in words] == [("factorial", some) for some in subsets()]
    assert [read_word(name) for name in PROBES] == [(name, frozenset()) for name in PROBES]


@pytest.mark.parametrize("text", ["factorial:encoder+bta", "factorail:beta", ""])
def test_an_unknown_probe_is_refused(text):
    with pytest.raises(VaebioError, match="was|did you mean"):
        read_word(text)
