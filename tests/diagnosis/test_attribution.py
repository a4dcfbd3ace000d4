from itertools import permutations

import numpy as np
import pytest

from vaebio.diagnosis.attribution import (
    ALL,
    CELLS,
    NONE,
    factorial_table,
    parts,
    rises,
    shapley,
    total,
)
from vaebio.diagnosis.probe import FACTORS
from vaebio.errors import VaebioError

from .planted import additive, all_of, factorial, probe


def by_orders(errors):
    """The mean over all orders of what each factor takes off: the definition, order by order."""
    found = dict.fromkeys(FACTORS, 0.0)
    for order in permutations(FACTORS):
        before = frozenset()
        for factor in order:
            found[factor] += errors[before] - errors[before | {factor}]
            before |= {factor}
    return [found[f] / 24 for f in FACTORS]


@pytest.fixture
def any_table():
    return np.random.default_rng(0).random((5, 16))


def test_the_parts_are_those_of_all_orders(any_table):
    expected = [by_orders(dict(zip(CELLS, row, strict=True))) for row in any_table]
    np.testing.assert_allclose(shapley(any_table), expected, atol=1e-12)


def test_the_parts_of_every_seed_add_up_to_what_relaxing_all_removes(any_table):
    whole = any_table[:, 0] - any_table[:, -1]
    np.testing.assert_allclose(shapley(any_table).sum(axis=1), whole, atol=1e-12)
    assert (CELLS[0], CELLS[-1]) == (NONE, ALL)


def test_a_factor_that_changes_nothing_has_no_part(any_table):
    of = dict(zip(CELLS, any_table[0], strict=True))
    dummy = np.array([[of[cell - {"latent"}] for cell in CELLS]])
    assert shapley(dummy)[0, FACTORS.index("latent")] == pytest.approx(0, abs=1e-12)


def test_factors_that_do_the_same_have_the_same_part():
    def swapped(cell):
        swap = {"encoder": "decoder", "decoder": "encoder"}
        return frozenset(swap.get(f, f) for f in cell)

    random = np.random.default_rng(3)
    values = {cell: random.random() for cell in CELLS}
    table = np.array([[values[c] + values[swapped(c)] for c in CELLS]])
    encoder, decoder = shapley(table)[0, :2]
    assert encoder == pytest.approx(decoder)


def test_both_of_two_that_are_needed_have_half():
    table = factorial_table(factorial(all_of("encoder", "decoder", before=0.94, after=0.38)))
    found = parts(table, 0.95)
    for factor, share in {"encoder": 0.28, "decoder": 0.28, "latent": 0, "beta": 0}.items():
        assert found[factor].value == pytest.approx(share, abs=0.01)
    assert sum(p.value for p in found.values()) == pytest.approx(total(table, 0.95).value)


def test_an_interval_over_seeds_covers_the_part_as_often_as_it_says():
    random = np.random.default_rng(1)
    truth = np.array([additive(beta=0.2)(cell) for cell in CELLS])
    covered = 0
    for _ in range(400):
        mse = truth + 0.02 * random.normal(size=(3, 16))
        probes = [
            probe("factorial", float(mse[s, i]), s, cell)
            for s in range(3)
            for i, cell in enumerate(CELLS)
        ]
        found = parts(factorial_table(probes), 0.95)["beta"]
        covered += found.low <= 0.2 <= found.high
    assert 0.92 <= covered / 400 <= 0.98


def test_a_seed_that_lacks_a_combination_is_left_out_and_said():
    probes = factorial(additive(beta=0.3))
    gone = [p for p in probes if not (p.seed == 1 and p.relaxed == {"encoder", "beta"})]
    broken = [
        probe("factorial", None, 2, p.relaxed) if (p.seed, p.word) == (2, "factorial:latent") else p
        for p in gone
    ]
    table = factorial_table(broken)
    assert table.seeds == (0,)
    assert table.absent == {
        1: "seed 1: factorial:encoder+beta missing",
        2: "seed 2: factorial:latent diverged",
    }
    alone = [p for p in probes if p.seed == 0]
    assert parts(table, 0.95) == parts(factorial_table(alone), 0.95)
    assert parts(table, 0.95)["beta"].low is None


def test_without_a_complete_seed_there_are_no_parts_but_a_reason():
    table = factorial_table(factorial(additive(), seeds=(0,))[:-2])
    assert parts(table, 0.95) == {}
    assert total(table, 0.95) is None
    assert rises(table, 0.1) == []
    assert "missing" in table.reason
    assert "no factorial probe" in factorial_table([]).reason


def test_the_order_of_probes_and_seeds_changes_no_bit():
    probes = factorial(all_of("encoder", "decoder", before=0.9, after=0.4), noise=0.05)
    shuffled = [probes[i] for i in np.random.default_rng(2).permutation(len(probes))]
    one, other = factorial_table(probes), factorial_table(shuffled)
    assert parts(one, 0.95) == parts(other, 0.95)
    assert rises(one, 0.01) == rises(other, 0.01)


def test_a_probe_that_stands_twice_is_refused():
    probes = factorial(additive(), seeds=(0,))
    with pytest.raises(VaebioError, match="factorial:beta` of k2-b10 twice with seed 0"):
        factorial_table([*probes, probe("factorial", 0.5, 0, {"beta"})])


def collapsed(cell):
    """Beta alone helps; with a larger network besides the member collapses again."""
    return 0.51 if cell == {"beta"} else 1.0


def test_a_relaxation_that_does_not_relax_is_found():
    found = [one for one in rises(factorial_table(factorial(collapsed)), 0.1) if one.seed is None]
    assert {(one.relaxed, one.factor) for one in found} == {
        (frozenset({"beta"}), other) for other in ("encoder", "decoder", "latent")
    }
    assert {one.probe for one in found} == {
        frozenset({"beta", other}) for other in ("encoder", "decoder", "latent")
    }
    assert all(one.rise == pytest.approx(0.49, abs=0.02) for one in found)
    assert not any(one.overfit for one in found)


def test_one_seed_that_collapsed_is_found_in_that_seed():
    probes = factorial(additive(beta=0.4))
    probes = [
        probe("factorial", 1.0, 1, p.relaxed)
        if (p.seed, p.relaxed) == (1, {"beta", "encoder"})
        else p
        for p in probes
    ]
    found = [one for one in rises(factorial_table(probes), 0.1) if one.seed is not None]
    assert {(one.seed, one.probe) for one in found} == {(1, frozenset({"beta", "encoder"}))}


def test_noise_of_the_seeds_is_no_rise():
    quiet = factorial_table(factorial(additive(beta=0.1), noise=0.002))
    assert rises(quiet, 0.02) == []
    noisy = factorial_table(factorial(additive(beta=0.1), seeds=range(5), noise=0.1))
    assert [one for one in rises(noisy, 0.02) if one.seed is None] == []


def test_a_rise_with_a_lower_error_on_train_is_overfitting():
    def test(cell):
        return 0.6 + 0.2 * ("beta" in cell)

    def train(cell):
        return 0.5 - 0.2 * ("beta" in cell)

    found = rises(factorial_table(factorial(test, train=train)), 0.1)
    assert found
    assert all(one.overfit for one in found)
