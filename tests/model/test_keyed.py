import pytest
import scipy.stats
import torch

from vaebio.model import keyed

KNOWN_ANSWERS = [
    # Counter, key and answer of the authors' own known-answer file (Random123).
    (("00000000",) * 4, ("00000000",) * 2, ("6627e8d5", "e169c58d", "bc57ac4c", "9b00dbd8")),
    (("ffffffff",) * 4, ("ffffffff",) * 2, ("408f276d", "41c83b0e", "a20bc7c6", "6d5451fd")),
    (
        ("243f6a88", "85a308d3", "13198a2e", "03707344"),
        ("a4093822", "299f31d0"),
        ("d16cfe09", "94fdcceb", "5001e420", "24126ea1"),
    ),
]


def words(texts):
    return tuple(torch.tensor([int(t, 16)]) for t in texts)


@pytest.mark.parametrize(("counter", "key", "answer"), KNOWN_ANSWERS)
def test_philox_gives_the_known_answers(counter, key, answer):
    found = keyed.philox(words(counter), words(key))
    assert [f"{int(w):08x}" for w in found] == list(answer)


def test_a_row_has_its_numbers_whatever_rows_and_columns_are_asked_for(device):
    seeds = torch.tensor([3, 7], device=device)
    rows = torch.arange(40, device=device)
    large = keyed.normal(seeds, keyed.NOISE, 5, rows, 13, torch.float32)
    small = keyed.normal(seeds[1:], keyed.NOISE, 5, rows[[7, 3]], 6, torch.float32)
    torch.testing.assert_close(large[1:, [7, 3], :6], small, rtol=0, atol=0)


@pytest.mark.parametrize("other", [{"purpose": 1}, {"step": 9}, {"seed": 4}])
def test_every_coordinate_changes_the_numbers(other):
    base = {"seed": 3, "purpose": 2, "step": 5}
    one, two = (
        keyed.uniform(
            torch.tensor([c["seed"]]), c["purpose"], c["step"], torch.arange(50), 8, torch.float64
        )
        for c in (base, base | other)
    )
    assert abs(torch.corrcoef(torch.stack([one.flatten(), two.flatten()]))[0, 1]) < 0.2
    assert not torch.isclose(one, two).any()


def test_normal_numbers_are_standard_normal_and_uncorrelated():
    z = keyed.normal(torch.tensor([1]), keyed.NOISE, 1, torch.arange(4000), 8, torch.float64)[0]
    assert scipy.stats.kstest(z.flatten().numpy(), "norm").pvalue > 0.01
    off_diagonal = torch.corrcoef(z.T) - torch.eye(8, dtype=z.dtype)
    assert off_diagonal.abs().max() < 4 / 4000**0.5


def test_a_permutation_holds_every_row_once_and_changes_with_the_epoch(device):
    first, second = (keyed.permutation(0, epoch, 1000, device) for epoch in (1, 2))
    assert sorted(first.tolist()) == list(range(1000))
    assert (first == second).float().mean() < 0.05


def test_rows_may_each_have_a_step_of_their_own(device):
    seeds, rows = torch.tensor([3, 7], device=device), torch.tensor([4, 9, 4], device=device)
    steps = torch.tensor([0, 5, 2], device=device)
    together = keyed.normal(seeds, keyed.NOISE, steps, rows, 6, torch.float32)
    for i, (step, row) in enumerate(zip(steps.tolist(), rows, strict=True)):
        alone = keyed.normal(seeds, keyed.NOISE, step, row[None], 6, torch.float32)
        torch.testing.assert_close(together[:, [i]], alone, rtol=0, atol=0)
