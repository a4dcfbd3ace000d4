"""The tables of a diagnosis are checked like the others."""

import pandas as pd
import pytest

from tests.report.diagnosed import NULL, write_diagnosis
from vaebio.errors import VaebioError
from vaebio.report.diagnosis import FILES, TABLES, read_diagnosis


@pytest.fixture
def paths(tmp_path):
    write_diagnosis(tmp_path, "k2-b3", ["k2-b3-s0"])
    return {n: tmp_path / f"{n}.{'yaml' if n == 'prescription' else 'tsv'}" for n in FILES}


def test_everything_is_read_and_the_part_null_is_a_word(paths):
    found = read_diagnosis(paths)
    assert found.made and found.names == ["k2-b3"]
    assert found.of("budget", "k2-b3").set_index("part").loc["null", "mse"] == NULL
    assert set(found.supported("k2-b3")["cause"]) == {"latent_too_small", "beta_too_high"}
    assert found.prescription["k2-b3"]["changes"]
    assert all(len(getattr(found, name)) for name in TABLES)


def test_without_files_there_is_none():
    assert not read_diagnosis({}).made
    assert read_diagnosis(dict.fromkeys(FILES)).names == []


@pytest.mark.parametrize(
    ("name", "column", "word"),
    [
        ("verdicts", "cause", "beta_to_high"),
        ("verdicts", "supported", "yes"),
        ("verdicts", "gain", "much"),
        ("budget", "part", "floor"),
        ("symptoms", "symptom", "stalled"),
        ("follow_up", "kept", "no"),
        ("probes", "mse_test", "low"),
    ],
)
def test_a_word_that_is_not_known_is_refused(paths, name, column, word):
    table = pd.read_csv(paths[name], sep="\t", dtype=str, keep_default_na=False)
    table.assign(**{column: word}).to_csv(paths[name], sep="\t", index=False)
    with pytest.raises(VaebioError) as error:
        read_diagnosis(paths)
    assert f"`{word}`" in error.value.found and f"{name}.tsv" in error.value.found


@pytest.mark.parametrize("text", ["a: [", "[1]", "k2-b3: 3", "k2-b3: {changes: [], settings: 1}"])
def test_a_garbled_prescription_is_refused(paths, text):
    paths["prescription"].write_text(text)
    with pytest.raises(VaebioError, match="is no prescription"):
        read_diagnosis(paths)
