"""Members that go on from the weights of others."""

import dataclasses

import numpy as np
import torch

from vaebio.model.vae import Architecture, initialise, pad, unpad
from vaebio.settings import Train
from vaebio.training.fit import fit
from vaebio.training.grid import Member
from vaebio.training.observations import Observations
from vaebio.training.start import go_on

ARCHITECTURE = Architecture(7, (5,), (6,))


def one(architecture=ARCHITECTURE, latent=2, seed=4):
    return unpad(initialise(architecture, [latent], [seed]), 0)


def test_more_units_begin_as_the_function_that_was():
    before = pad(ARCHITECTURE, [one()])
    stack = initialise(ARCHITECTURE, [3, 5], [0, 1])
    go_on(stack, {1: unpad(before, 0)})
    x = torch.randn(9, 7)
    was, now = before.encode(x), stack.encode(x)
    for a, b in zip(was, now, strict=True):
        torch.testing.assert_close(b[1:, :, :2], a)
    assert now[0][1, :, 2:].abs().min() > 0
    # Whatever the new units say, nothing is made of it.
    z = torch.randn(1, 9, 5)
    torch.testing.assert_close(
        stack.decode(z.expand(2, -1, -1))[0][1:], before.decode(z[..., :2])[0]
    )


def test_the_other_members_start_at_random():
    stack, untouched = (initialise(ARCHITECTURE, [3, 5], [0, 1]) for _ in range(2))
    go_on(stack, {1: one()})
    for name, p in stack.parameters.items():
        torch.testing.assert_close(p[0], untouched.parameters[name][0])


def test_a_part_that_does_not_fit_is_not_taken_in_parts():
    wide = dataclasses.replace(ARCHITECTURE, encoder=(5, 5))
    stack, untouched = (initialise(wide, [2], [0]) for _ in range(2))
    start = one()
    go_on(stack, {0: start})
    for name, p in stack.parameters.items():
        encodes = name.startswith(("encoder", "mean", "log_var"))
        torch.testing.assert_close(p[0], untouched.parameters[name][0] if encodes else start[name])


def test_a_member_that_goes_on_does_not_depend_on_its_neighbours():
    rng = np.random.default_rng(0)
    x = torch.from_numpy(rng.normal(size=(60, 7)))
    parts = Observations.of(x[:40]), Observations.of(x[40:])
    settings = Train(epochs=3, minibatch=16, warmup=1)
    members = [Member(1.0, 2, 0), Member(0.1, 4, 1)]
    starts = {members[0]: {k: p.double() for k, p in one().items()}}
    together = fit(members, ARCHITECTURE, *parts, settings, starts=starts)
    [alone] = fit(members[:1], ARCHITECTURE, *parts, settings, starts=starts)
    [random] = fit(members[:1], ARCHITECTURE, *parts, settings)
    for name, p in together[0].parameters.items():
        torch.testing.assert_close(p, alone.parameters[name])
    assert not torch.equal(alone.parameters["mean.weight"], random.parameters["mean.weight"])
