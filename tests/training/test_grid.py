import dataclasses

import pytest

from vaebio.model.vae import Architecture
from vaebio.settings import Grid
from vaebio.training.grid import Member, key, members, stack_of, variants

BASE = Architecture(20, (128,), (64,))
GRID = Grid(betas=(1, 0.25), latents=(8, 2), seeds=(0, 1, 2), autoencoders=False)


def test_a_grid_holds_every_combination_once_with_a_name_of_its_own():
    grid = members(GRID)
    assert len(grid) == len({m.name for m in grid}) == 12
    assert grid[0].name == "k2-b0.25-s0"


def test_lists_of_architectures_multiply_and_the_first_has_no_word():
    grid = GRID.model_copy(update={"encoders": ((128,), (256, 64), ()), "decoders": ((64,), (32,))})
    found = variants(grid, BASE, ["gaussian", "nb"])
    assert list(found)[:4] == ["", "d32", "e256x64", "e256x64-d32"]
    assert len(found) == len(set(found.values())) == 12
    assert found["elinear-d32-nb"] == Architecture(20, (), (32,), likelihood="nb")
    every = members(grid, list(found))
    assert len({m.name for m in every}) == len(every) == 12 * 12
    assert every[-1].name == "elinear-d32-nb-k8-b1-s2"


def test_without_lists_there_is_the_architecture_of_the_settings():
    assert variants(GRID, BASE, ["zinb"]) == {"": dataclasses.replace(BASE, likelihood="zinb")}


def test_autoencoders_are_the_members_of_beta_0_and_there_once():
    asked = GRID.model_copy(update={"autoencoders": True})
    both = asked.model_copy(update={"betas": (1.0, 0.0, 0.25)})
    every = members(asked, ["", "nb"])
    assert members(both, ["", "nb"]) == every
    found = [m.name for m in every if m.deterministic]
    assert found == [f"{v}ae-k{k}-s{s}" for v in ("", "nb-") for k in (2, 8) for s in (0, 1, 2)]
    assert [m for m in every if not m.deterministic] == members(GRID, ["", "nb"])


@pytest.mark.parametrize("stacks", [1, 2, 5])
def test_every_member_is_in_one_stack(stacks):
    every = members(GRID, ["", "nb"])
    found = [m for i in range(stacks) for m in stack_of(every, i + 1, stacks)]
    assert sorted(m.name for m in found) == sorted(m.name for m in every)


def test_a_word_for_people_does_not_reach_the_key():
    """Another architecture in the grid renames a member, and must not train it again."""
    one, other = (key(Member(1.0, 2, 0, v), BASE, {}, "d", "1") for v in ("", "e128"))
    assert one == other
