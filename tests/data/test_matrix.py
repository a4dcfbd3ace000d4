"""Values in the one form that the other files rely on."""

import numpy as np
import pytest
from scipy import sparse

from vaebio.data.matrix import canonical

DATA, INDICES, INDPTR = [200, 100, 7, 0], [1, 1, 0, 2], [0, 2, 4]


@pytest.mark.parametrize("form", ["csr", "csc", "coo"])
@pytest.mark.parametrize("dtype", ["u1", "i2", "u4", "i8", "f4"])
def test_entries_of_one_place_are_summed_without_overflow(form, dtype):
    data = np.array(DATA, dtype)
    places = np.array(INDICES), np.array(INDPTR)
    values = {
        "csr": sparse.csr_matrix((data, *places), (2, 3)),
        "csc": sparse.csc_matrix((data, *places), (3, 2)),
        "coo": sparse.coo_matrix((data, ([0, 0, 1, 1], INDICES)), (2, 3)),
    }[form]
    expected = np.array([[0, 300, 0], [7, 0, 0]])
    found = canonical(values)
    np.testing.assert_array_equal(found.toarray(), expected.T if form == "csc" else expected)
    assert found.nnz == 2, "no zero is stored"
    assert len(values.data) == 4, "the input is not changed"


@pytest.mark.parametrize("dtype", ["i1", "?"])
def test_a_byte_or_a_truth_value_that_stands_twice_counts_twice(dtype):
    data = np.array([100, 100], dtype)
    found = canonical(sparse.csr_matrix((data, [1, 1], [0, 2]), (1, 2)))
    assert found.toarray().tolist() == [[0, 200 if dtype == "i1" else 2]]


def test_values_that_stand_once_keep_their_type():
    values = sparse.csr_matrix(np.array([[0, 200], [3, 0]], np.uint8))
    found = canonical(values)
    assert found.dtype == np.uint8
    np.testing.assert_array_equal(found.toarray(), values.toarray())
