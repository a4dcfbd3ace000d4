import numpy as np
import pytest

from vaebio.diagnosis.scale import concentration


def test_it_is_the_share_of_the_largest_hundredth():
    errors = np.random.default_rng(0).random(1000)
    errors[7] = 500.0
    expected = np.sort(errors)[::-1][:10].sum() / errors.sum()
    assert concentration(errors) == pytest.approx(expected)
    assert concentration(errors) > 0.4
    assert concentration(3 * errors[::-1]) == pytest.approx(expected)


def test_of_features_without_error_none_carries_any():
    assert concentration(np.zeros(5)) == 0.0
