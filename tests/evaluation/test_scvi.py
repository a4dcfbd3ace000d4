"""ScVI as a baseline: in the same units as members, learned on train, refused or absent else."""

import numpy as np
import pytest
from scipy import sparse

from vaebio.errors import VaebioError
from vaebio.evaluation import installed
from vaebio.evaluation.observations import Observations
from vaebio.evaluation.scvi_baseline import measure_scvi
from vaebio.settings import Evaluate
from vaebio.training.inputs import Inputs

N, FEATURES, TARGET = 160, 30, 100.0
ROWS = {
    "train": np.arange(N) < 129,  # one more than a minibatch of scvi-tools
    "validation": (np.arange(N) >= 129) & (np.arange(N) < 145),
    "test": np.arange(N) >= 145,
}
SETTINGS = Evaluate(neighbours=5, resolutions=(1.0,))


def counted(batch=None, counts=True):
    rng = np.random.default_rng(0)
    kind = np.arange(N) % 2
    rates = np.exp(rng.normal(size=(2, FEATURES)))[kind] * rng.gamma(5, 0.6, (N, 1))
    drawn = rng.poisson(rates).astype(np.float32)
    size = drawn.sum(1) / TARGET
    values = np.log1p(drawn / size[:, None]).astype(np.float32)
    mean, scale = (f(values[ROWS["train"]], axis=0) for f in (np.mean, np.std))
    given = {"counts": sparse.csr_matrix(drawn), "size": size} if counts else {}
    inputs = Inputs(values, mean, scale, 10.0, **given, batch=batch)
    labels = np.array(["a", "b"])[kind]
    return Observations((values - mean) / scale, ROWS, labels, inputs)


def of(found, measure):
    return {row.split: row for row in found.metrics if row.measure == measure}


def test_what_is_no_count_or_has_an_unknown_batch_is_absent_with_a_reason():
    late = np.where(ROWS["test"], 1, 0)
    for data, told, reason in (
        (counted(counts=False), False, "model of counts"),
        (counted(batch=late), True, "no observation in train"),
    ):
        [found] = measure_scvi(data, [2], [0], SETTINGS, told=told)
        assert found.name == "scvi-k2-s0"
        assert {row.value for row in found.metrics} == {None}
        assert all(reason in row.reason for row in found.metrics)


def test_where_it_is_wanted_and_not_there_it_is_refused_in_three_lines(monkeypatch):
    monkeypatch.setattr(installed, "find_spec", lambda name: None)
    with pytest.raises(VaebioError) as error:
        installed.check_installed()
    assert [line.split(":")[0] for line in str(error.value).splitlines()] == [
        "Found",
        "Expected",
        "Hint",
    ]
    assert "pip install 'vaebio[scvi]'" in str(error.value)


@pytest.mark.filterwarnings("default")
class TestTrained:
    """Trained for real, as short as it shows something."""

    @pytest.fixture(autouse=True)
    def short(self, monkeypatch):
        if installed.find_spec("scvi") is None:
            pytest.skip("scvi-tools is not installed: pip install 'vaebio[scvi]'")
        import warnings

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import scvi
        train = scvi.model.SCVI.train
        monkeypatch.setattr(
            scvi.model.SCVI, "train", lambda self, **given: train(self, max_epochs=40, **given)
        )

    def test_its_error_is_that_of_its_own_distribution_in_scaled_units(self, monkeypatch):
        """Against draws from the distribution that scvi-tools itself makes of the latents."""
        import torch

        from vaebio.evaluation import scvi_baseline

        data, kept = counted(), []
        trained = scvi_baseline._trained
        monkeypatch.setattr(
            scvi_baseline, "_trained", lambda *given: kept.append(trained(*given)) or kept[0]
        )
        [found] = measure_scvi(data, [2], [0], SETTINGS, told=False)
        module, own = kept[0].module, data.inputs
        counts = torch.from_numpy(own.counts.toarray())
        with torch.no_grad():
            batch = torch.zeros(N, 1)
            seen = module.inference(counts, batch)
            px = module.generative(seen["qz"].loc, counts.sum(1, keepdim=True).log(), batch)["px"]
            torch.manual_seed(0)
            drawn = px.sample((4000,)).numpy()
        logarithm = np.log1p(drawn / own.size[:, None]).mean(axis=0)
        by_hand = np.square(data.x - (logarithm - own.mean) / own.scale).mean(axis=1)
        assert found.errors.mean() == pytest.approx(by_hand.mean(), rel=0.01)
        np.testing.assert_allclose(found.errors, by_hand, rtol=0.15)
        np.testing.assert_allclose(found.embedding, seen["qz"].loc.numpy(), rtol=1e-4, atol=1e-5)

    def test_it_learns_of_train_alone_and_a_seed_repeats_it(self):
        data = counted()
        one, two, other = (
            next(measure_scvi(given, [2], [seed], SETTINGS, told=False))
            for given, seed in ((data, 0), (self.spoilt(data), 0), (data, 1))
        )
        assert of(one, "mse")["train"] == of(two, "mse")["train"] != of(other, "mse")["train"]
        assert of(one, "mse")["test"] != of(two, "mse")["test"]

    def spoilt(self, data):
        """The same train, and other counts elsewhere."""
        other = counted()
        counts = other.inputs.counts.toarray()
        counts[~ROWS["train"]] = counts[~ROWS["train"], ::-1]
        object.__setattr__(other.inputs, "counts", sparse.csr_matrix(counts))
        return other

    def test_it_can_be_told_the_batch_and_says_nothing_in_our_log(self, capfd):
        batch = np.random.default_rng(1).integers(0, 12, N)
        batch[:12] = np.arange(12)
        told, untold = (
            next(measure_scvi(counted(batch=batch), [2], [0], SETTINGS, told=t))
            for t in (True, False)
        )
        assert of(told, "mse")["test"].value != of(untold, "mse")["test"].value
        assert capfd.readouterr().err == ""
