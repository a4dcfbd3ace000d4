"""Shapes in annotations are looked at whenever they are new to a function."""

import pytest
import torch
from jaxtyping import TypeCheckError

from tests.shapes import forget, kind, once_for_each_kind
from vaebio.model.objective import rate


def test_a_wrong_shape_is_refused_before_and_after_right_ones():
    wrong = torch.zeros(2, 5, 3), torch.zeros(2, 5, 4)
    with pytest.raises(TypeCheckError):
        rate(*wrong)
    for _ in range(2):
        rate(torch.zeros(2, 5, 3), torch.zeros(2, 5, 3))
        with pytest.raises(TypeCheckError):
            rate(*wrong)
        with pytest.raises(TypeCheckError):
            rate(torch.zeros(2, 5, 3), torch.zeros(2, 5, 3, dtype=torch.int64))


def test_calls_are_of_one_kind_only_if_their_arrays_are_alike():
    one = torch.zeros(2, 3)
    assert kind([one, 1]) == kind([one + 1, 2])
    others = ([one], (one, 1), [one.double(), 1], [one.T, 1], [one.numpy(), 1], [one, 1.0])
    assert kind([one, 1]) not in map(kind, others)
    assert kind({"a": one}) not in (kind({"b": one}), kind({"a": one.T}), kind({"a": one, "b": 1}))


def test_a_call_is_checked_again_after_what_was_known_is_forgotten():
    checks = []

    def jaxtyped(function, typechecker):
        def checked(*args):
            checks.append(args)
            return function(*args)

        return checked

    double = once_for_each_kind(jaxtyped)(lambda x: 2 * x, typechecker=None)
    assert [double(1), double(2)] == [2, 4] and checks == [(1,)]
    forget()
    assert double(3) == 6 and checks == [(1,), (3,)]
