"""Latents from elsewhere: read in all spellings, measured, and held against the history."""

import numpy as np
import pytest
from scipy import stats

from vaebio.diagnosis.carried import carried, sentences
from vaebio.diagnosis.foreign import read_history, told
from vaebio.diagnosis.foreign_latents import read_latents
from vaebio.diagnosis.reduced import NATS, Loss, reduced, reductions
from vaebio.errors import VaebioError
from vaebio.settings import Diagnose

SETTINGS = Diagnose().symptoms
LEAST = {"least_variance": 0.01, "least_rate": 0.005}
UNITS, ACTIVE, FEATURES, MINIBATCH = 12, 3, 500, 64


@pytest.fixture
def posterior():
    """Three units in use, one that is moved but says nothing, eight that are the prior."""
    random = np.random.default_rng(0)
    mean = random.normal(0, 0.003, (200, UNITS))
    log_var = random.normal(0, 0.003, (200, UNITS))
    mean[:, :ACTIVE] = random.normal(0, 0.95, (200, ACTIVE))
    log_var[:, :ACTIVE] = np.log(0.1)
    mean[:, ACTIVE] += 0.5
    return mean, log_var


@pytest.fixture
def written(tmp_path):
    def write(mean, log_var, *, name="latents.csv", spelled=("mean_{}", "log_var_{}"), names=True):
        path = tmp_path / name
        if name.endswith(".npz"):
            np.savez(path, **dict(zip(spelled, (mean, log_var), strict=True)))
            return path
        mark = "," if ".csv" in name else "\t"
        header = [how.format(i) for how, x in zip(spelled, (mean, log_var), strict=True)
                  for i in range(x.shape[1])]  # fmt: skip
        rows = [[f"cell-{i}", *map(repr, map(float, row))]
                for i, row in enumerate(np.hstack([mean, log_var]))]  # fmt: skip
        rows = [["cell", *header], *rows] if names else [header, *(row[1:] for row in rows)]
        path.write_text("\n".join(mark.join(row) for row in rows))
        return path

    return write


def history(tmp_path, kl, *, epochs=60):
    """A history whose KL falls to a level, beside an MSE that stays."""
    falls = kl * (1 + 2 * np.interp(np.arange(epochs), [10, 40], [1.0, 0.0]))
    lines = [f"{i + 1},{0.81 + 0.2 * np.exp(-i)},{v}" for i, v in enumerate(falls)]
    (tmp_path / "history.csv").write_text("\n".join(["epoch,mse,kl", *lines]))
    [curve] = read_history(tmp_path / "history.csv")
    return curve


@pytest.mark.parametrize("names", [True, False])
@pytest.mark.parametrize(
    ("name", "spelled"),
    [
        ("latents.csv", ("mean_{}", "log_var_{}")),
        ("latents.tsv", ("mu.{}", "logvar.{}")),
        ("latents.csv", ("z_mean_{}", "z_log_variance_{}")),
        ("latents.txt", ("Z{} Mean", "Z{} LogVar")),
        ("latents.npz", ("mean", "log_var")),
        ("latents.npz", ("z_mu", "logvariance")),
    ],
)
def test_every_spelling_gives_the_same_latents(written, posterior, name, spelled, names):
    found = read_latents(written(*posterior, name=name, spelled=spelled, names=names))
    np.testing.assert_array_equal(found.mean, posterior[0])
    np.testing.assert_array_equal(found.log_var, posterior[1])
    assert found.units == tuple(map(str, range(UNITS)))


def test_columns_are_told_by_their_number_and_not_by_their_place(tmp_path):
    path = tmp_path / "latents.csv"
    path.write_text("log_var_10,note,mean_2,mean_10,log_var_2\n-1,a,3,4,-2\n-1,b,5,6,-2\n")
    found = read_latents(path)
    assert found.units == ("2", "10")
    assert found.mean.tolist() == [[3, 4], [5, 6]]
    assert found.log_var.tolist() == [[-2, -1], [-2, -1]]


def test_a_table_of_r_has_nothing_above_its_names(tmp_path):
    path = tmp_path / "latents.csv"
    path.write_text("mean_0,log_var_0\na,3,-1\nb,5,-2\n")
    assert read_latents(path).mean.tolist() == [[3], [5]]


def test_units_are_measured_and_told_apart(written, posterior):
    mean, log_var = posterior
    found = carried(read_latents(written(*posterior)), **LEAST)
    assert found.active.tolist() == [True] * ACTIVE + [False] * (UNITS - ACTIVE)
    assert found.by_rate.tolist() == [True] * (ACTIVE + 1) + [False] * (UNITS - ACTIVE - 1)
    assert found.collapsed.tolist() == [False] * (ACTIVE + 1) + [True] * (UNITS - ACTIVE - 1)
    # A stranger: the expectation of the difference of log densities, by quadrature.
    nodes, weights = np.polynomial.hermite_e.hermegauss(40)
    z = mean[..., None] + np.exp(log_var / 2)[..., None] * nodes
    own = stats.norm(mean[..., None], np.exp(log_var / 2)[..., None])
    apart = own.logpdf(z) - stats.norm.logpdf(z)
    kl = (apart * weights).sum(-1) / weights.sum()
    np.testing.assert_allclose(found.rates, kl.mean(0), atol=1e-10)
    assert found.rate == pytest.approx(kl.sum(1).mean())
    text = " ".join(sentences(found))
    assert "3 of 12 by the variance of their means (above 0.01), 4 by their rate" in text
    assert "near 1: units 4, 5, 6, 7, 8, 9, 10, 11. They carry nothing" in text
    assert "Neither active nor collapsed: unit 3." in text


def test_a_model_of_which_all_units_have_collapsed_is_no_table_of_variances(written):
    mean, log_var = np.zeros((9, 2)), np.full((9, 2), 0.001)
    found = carried(read_latents(written(mean, log_var)), **LEAST)
    assert found.collapsed.all()
    text = " ".join(sentences(found))
    assert "No unit has 0.005 nats." in text
    assert "all units. They carry nothing" in text


@pytest.mark.parametrize("which", range(6))
def test_the_reduction_that_was_made_is_found_and_no_other(tmp_path, written, posterior, which):
    loss = Loss(FEATURES, 0.05, MINIBATCH)
    found = carried(read_latents(written(*posterior)), **LEAST)
    made = reductions(UNITS, found.observations, loss)[which]
    curve = history(tmp_path, found.rate / made.kl_over)
    assert reduced(curve.rate[-1], found.rate, UNITS, found.observations, loss) == [made]
    text = " ".join(told(curve, SETTINGS, loss=loss, latents=found))
    assert f"as if the history held {made.words}." in text
    # Symptoms speak of nats, whatever the program wrote.
    assert f"the KL fell from {3 * found.rate:.2g} to {found.rate:.2g} nats" in text
    kl_over = made.kl_over if made.beta else 1
    assert f"is beta {0.05 * FEATURES / (2 * kl_over):.4g} in nats" in text


def test_a_kl_in_nats_is_said_to_be_one(tmp_path, written, posterior):
    found = carried(read_latents(written(*posterior)), **LEAST)
    text = " ".join(told(history(tmp_path, 1.1 * found.rate), SETTINGS, latents=found))
    assert f"the history holds {NATS.words}" in text
    assert "as if" not in text


def test_what_no_reduction_explains_is_said_with_the_epoch_that_would(tmp_path, written, posterior):
    found = carried(read_latents(written(*posterior)), **LEAST)
    curve = history(tmp_path, found.rate / 2.2)
    lines = told(curve, SETTINGS, latents=found)
    [said] = [line for line in lines if "No usual way" in line]
    epoch = int(curve.epoch[np.argmax(curve.rate < found.rate)])
    assert f"around epoch {epoch}" in said
    assert "of its end" in said


def test_two_ways_that_fit_are_both_said_and_neither_is_taken(tmp_path, written, posterior):
    found = carried(read_latents(written(*posterior)), **LEAST)
    curve = history(tmp_path, found.rate / UNITS)
    loss = Loss(UNITS + 1, 1.0)
    text = " ".join(told(curve, SETTINGS, loss=loss, latents=found))
    assert "mean over the 12 units or the KL divided by the 13 features" in text
    assert "If it is its mean over the 12 units: A KL weight of 1" in text
    assert "was multiplied by" not in text


def test_next_to_nothing_has_no_ratio(tmp_path, written):
    found = carried(read_latents(written(np.zeros((9, 2)), np.full((9, 2), 0.01))), **LEAST)
    text = " ".join(told(history(tmp_path, 0.01), SETTINGS, latents=found))
    assert "both are next to nothing" in text


def test_a_collapse_can_be_said_of_latents_and_not_of_a_history_in_nats(
    tmp_path, written, posterior
):
    found = carried(read_latents(written(*posterior)), **LEAST)
    curve = history(tmp_path, found.rate)
    assert not any(line.startswith("collapse") for line in told(curve, SETTINGS))
    first, *_, last = told(curve, SETTINGS, latents=found)
    assert first.startswith("collapse: 3 of the 12 units that could be are active")
    assert "causes need probes" in last
    assert "the data and the model" in last


def test_a_mean_over_units_is_no_collapse(tmp_path, written):
    """Of 40 units that carry 2 nats each on average the mean is far above; of a fortieth it is
    not, and only latents tell."""
    random = np.random.default_rng(1)
    mean = random.normal(size=(200, 40)) * 0.5
    found = carried(read_latents(written(mean, np.full(mean.shape, np.log(0.75)))), **LEAST)
    curve = history(tmp_path, found.rate / 40 / 2)
    alone = told(curve, SETTINGS)
    assert any(line.startswith("collapse: the rate was below 0.1 nats") for line in alone)
    curve = history(tmp_path, found.rate / 40)
    assert not any(line.startswith("collapse") for line in told(curve, SETTINGS, latents=found))


def test_a_history_without_a_finite_kl_is_told_all_the_same(tmp_path, written, posterior):
    (tmp_path / "h.csv").write_text("epoch,mse,kl\n1,nan,nan\n2,nan,nan")
    [curve] = read_history(tmp_path / "h.csv")
    found = carried(read_latents(written(*posterior)), **LEAST)
    assert "The KL of the history" not in " ".join(told(curve, SETTINGS, latents=found))


FEW = np.array([[0.5, -0.2], [0.1, 0.3], [-1.0, 1.0]])


@pytest.mark.parametrize(
    ("write", "found", "hint"),
    [
        (lambda w, p: w(FEW, FEW[:, :1]), "2 columns of the mean and 1 of the log variance", ""),
        (lambda w, p: w(FEW, FEW, spelled=("mean_{}", "kl_{}")), "no log variance in", ""),
        (lambda w, p: w(FEW, FEW, spelled=("z_{}", "log_var_{}")), "no mean in", ""),
        (
            lambda w, p: w(FEW, FEW**2, spelled=("mean_{}", "variance_{}")),
            "no log variance in",
            "log_var = log(variance)",
        ),
        (
            lambda w, p: w(FEW, FEW**2, spelled=("mu_{}", "qz_scale_{}")),
            "no log variance in",
            "2 x log(standard deviation)",
        ),
        (
            lambda w, p: w(FEW, np.exp(FEW)),
            "log variances from 0.368 to 2.72 in",
            "take the logarithm",
        ),
        (lambda w, p: w(FEW, np.full((3, 2), 0.01)), "none below 0", "take the logarithm"),
        (lambda w, p: w(FEW, 99 * FEW), "a log variance of 99 in", ""),
        (lambda w, p: w(FEW, np.log(FEW * 0)), "a log variance of -inf in observation 1", ""),
        (
            lambda w, p: w(np.where(FEW > 0.4, np.nan, FEW), FEW),
            "a mean of nan in observation 1, unit 0",
            "diverged",
        ),
        (lambda w, p: w(FEW[:1], FEW[:1]), "1 observations x 2 units", ""),
        (lambda w, p: w(FEW, FEW[:2], name="l.npz", spelled=("mu", "logvar")), "means of 3", ""),
        (lambda w, p: w(FEW[0], FEW[0], name="l.npz", spelled=("mu", "logvar")), "(2,)", "reshape"),
        (lambda w, p: w(FEW, FEW, name="l.npz", spelled=("mu", "x")), "no log variance", ""),
        (lambda w, p: p("latents.npz", "mean,log_var"), "cannot be read as .npz", "savez"),
        (lambda w, p: p("latents.h5ad", ""), "latents.h5ad", "savez"),
        (lambda w, p: p("latents.csv", "epoch,mse,kl\n1,2,3"), "no mean in", "--history"),
        (lambda w, p: p("latents.csv", ""), "no mean in", ""),
        (lambda w, p: p("latents.csv", "mean_0,log_var_0\n"), "0 observations", ""),
        (lambda w, p: p("latents.csv", "mean_0,log_var_0\n1,2\n1"), "1 fields in line 3", ""),
        (lambda w, p: p("latents.csv", "mean_0,log_var_0\n1,2\n1,b"), "`b` in line 3", ""),
        (
            lambda w, p: p("latents.csv", "mean_0,mu_0,log_var_0\n1,2,3"),
            "`mean_0` and `mu_0` in",
            "leave one",
        ),
        (lambda w, p: p("latents.csv", "mean_0,log_var_1\n1,2\n1,2"), "unit 0 has a mean and", ""),
        (lambda w, p: p("latents.csv", "<!doctype html>\n"), "web page", ""),
    ],
)
def test_what_are_no_latents_is_refused_in_three_lines(
    written, tmp_path, write, found, hint, recwarn
):
    def plain(name, text):
        (tmp_path / name).write_text(text)
        return tmp_path / name

    with np.errstate(divide="ignore"):
        path = write(written, plain)
    with pytest.raises(VaebioError) as error:
        read_latents(path)
    lines = str(error.value).splitlines()
    assert [line.split(":")[0] for line in lines] == ["Found", "Expected", "Hint"]
    assert found in lines[0]
    assert path.name in lines[0]
    assert hint in lines[2]
