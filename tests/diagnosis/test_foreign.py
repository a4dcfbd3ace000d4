import numpy as np
import pytest

from vaebio.diagnosis.foreign import read_history, told
from vaebio.diagnosis.reduced import Loss
from vaebio.errors import VaebioError
from vaebio.settings import Diagnose

SETTINGS = Diagnose().symptoms


@pytest.fixture
def written(tmp_path):
    def write(text, name="history.csv"):
        path = tmp_path / name
        path.write_text(text)
        return path

    return write


def rows(n=60):
    kl = np.interp(np.arange(n), [10, 40], [3.0, 0.2])
    return [f"{i + 1},{0.81 + 0.2 * np.exp(-i)},{kl[i]}" for i in range(n)]


def test_the_history_of_another_program_shows_its_symptoms(written):
    (one,) = read_history(written("\n".join(["Epoch,MSE,KL", *rows()])))
    lines = told(one, SETTINGS, null=1.0)
    assert any("kl_falls_mse_flat: the KL fell from 3 to 0.2 nats" in line for line in lines)
    assert "causes" in lines[-1]
    assert "probes" in lines[-1]


def test_what_a_weight_of_a_mean_error_means_is_said(written):
    (one,) = read_history(written("\n".join(["epoch,mse,kl", *rows()])))
    told_all = told(one, SETTINGS, loss=Loss(features=2000, weight=1.0))
    assert any("is beta 1000 in nats" in line for line in told_all)
    assert any("weight x features / 2" in line for line in told(one, SETTINGS))


def test_a_warm_up_longer_than_half_of_the_run_is_said(written):
    lines = [f"{row},{i / 60}" for i, row in enumerate(rows())]
    (one,) = read_history(written("\n".join(["epoch,mse,kl,beta", *lines])))
    assert any("more than half" in line for line in told(one, SETTINGS))


def test_splits_members_and_other_columns_are_read(written):
    text = "member\tsplit\tepoch\tmse\trate_nats\tloss\n"
    text += "".join(f"a\t{s}\t{e}\t{v}\t1\t9\n" for s, v in (("train", 0.5), ("val", 0.7))
                    for e in range(6))  # fmt: skip
    text += "b\ttrain\t0\t0.9\t2\t9\n"
    a, b = read_history(written(text, "history.tsv"))
    assert (a.member, a.mse[0], a.train[0], len(a)) == ("a", 0.7, 0.5, 6)
    assert (b.member, b.mse[0], b.rate[0]) == ("b", 0.9, 2.0)


def test_nan_is_divergence(written):
    lines = rows(20)
    lines[15] = "16,nan,inf"
    (one,) = read_history(written("\n".join(["epoch,mse,kl", *lines])))
    assert told(one, SETTINGS)[0].startswith("diverged: ")


def test_a_kl_estimated_from_samples_is_that_of_a_collapse(written):
    """With almost no KL the mean of log q - log p, one sample each, is as often below 0."""
    rng = np.random.default_rng(0)
    mean, n, epochs = 0.02, 90, 60
    z = mean + rng.normal(size=(epochs, n))
    estimates = (mean * z - mean**2 / 2).mean(1)
    assert estimates.min() < -0.001
    lines = [f"{i + 1},0.9,{estimate}" for i, estimate in enumerate(estimates)]
    (one,) = read_history(written("\n".join(["epoch,mse,kl", *lines])))
    assert np.array_equal(one.rate, estimates.clip(0))
    assert told(one, SETTINGS)[0].startswith("collapse: ")


@pytest.mark.parametrize(
    ("text", "found", "hint"),
    [
        ("epoch,mse\n1,2", "no column `kl`", ""),
        ("epoch,msee,kl\n1,2,3", "no column `mse`", "did you mean `msee`"),
        ("epoch,mse,kl,rate\n1,2,3,4", "2 columns for `kl`", ""),
        ("epoch,mse,kl\n", "no rows", ""),
        ("", "no column `epoch`", ""),
        ("epoch,mse,kl\n1,2", "2 fields in line 2", "cut off"),
        ("epoch,mse,kl\n1,low,3", "mse `low` in line 2", ""),
        ("epoch,mse,kl\n1,0.5,-3", "kl `-3` in line 2", "sign turned"),
        ("epoch,mse,rate\n1,0.5,-0.06", "kl `-0.06` in line 2", "analytic"),
        ("epoch,mse,kl\n1,-0.01,3", "mse `-0.01` in line 2", "holds what its name says"),
        ("epoch,mse,kl\n1.5,2,3", "epoch `1.5` in line 2", ""),
        ("epoch,mse,kl\nnan,2,3", "epoch `nan` in line 2", ""),
        ("epoch,mse,kl\n1,2,3\n1,2,3", "epoch 1 a second time in line 3", "`member`"),
        ("epoch,mse,kl,split\n1,2,3,val\n1,2,3,test", "split `test` in line 3", ""),
        ("<!doctype html>\n", "web page", ""),
    ],
)
def test_what_is_no_history_is_refused_in_three_lines(written, text, found, hint):
    path = written(text)
    with pytest.raises(VaebioError) as error:
        read_history(path)
    lines = str(error.value).splitlines()
    assert [line.split(":")[0] for line in lines] == ["Found", "Expected", "Hint"]
    assert found in lines[0]
    assert "history.csv" in lines[0]
    assert hint in lines[2]
