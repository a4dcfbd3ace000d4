"""Values that stay in their file: the same numbers, and none of them read before they are asked."""

import anndata
import h5py
import numpy as np
import pytest
from scipy import sparse

from vaebio.data.mapped import read_mapped
from vaebio.training.observations import is_mapped


@pytest.fixture
def adata():
    counts = sparse.random(30, 12, 0.3, "csr", np.float32, rng=np.random.default_rng(0))
    made = anndata.AnnData(counts, layers={"counts": (counts * 9).astype(np.int32)})
    made.obs["split"] = np.repeat(["train", "test"], 15)
    made.uns["vaebio"] = {"name": "a", "steps": np.array(["one", "two"], dtype=object)}
    return made


def written(adata, path):
    """An h5ad whose arrays lie in one piece; anndata writes those of CSR in chunks."""
    adata.write_h5ad(path)
    with h5py.File(path, "r+") as file:
        for group in (file["X"], file["layers/counts"]):
            for part in ("data", "indices", "indptr") if isinstance(group, h5py.Group) else ():
                values = group[part][()]
                del group[part]
                group[part] = values


@pytest.mark.parametrize("dense", [False, True])
@pytest.mark.parametrize("in_one_piece", [True, False])
def test_what_is_mapped_is_what_anndata_reads(adata, tmp_path, dense, in_one_piece):
    if dense:
        adata.X = adata.X.toarray()
    if in_one_piece:
        written(adata, tmp_path / "a.h5ad")
    else:
        adata.write_h5ad(tmp_path / "a.h5ad", compression="gzip")
    found, expected = read_mapped(tmp_path / "a.h5ad"), anndata.read_h5ad(tmp_path / "a.h5ad")
    assert is_mapped(found.X) == is_mapped(found.layers["counts"]) == in_one_piece
    for one, other in ((found.X, expected.X), (found.layers["counts"], expected.layers["counts"])):
        assert one.dtype == other.dtype and sparse.issparse(one) == sparse.issparse(other)
        one, other = (m.toarray() if sparse.issparse(m) else m for m in (one, other))
        np.testing.assert_array_equal(one, other)
    assert found.obs.equals(expected.obs) and found.var.equals(expected.var)
    assert list(found.uns["vaebio"]["steps"]) == ["one", "two"]


def test_a_change_in_memory_never_reaches_the_file(adata, tmp_path):
    written(adata, tmp_path / "a.h5ad")
    before = (tmp_path / "a.h5ad").read_bytes()
    found = read_mapped(tmp_path / "a.h5ad")
    found.X.data[:] = -1
    del found
    assert (tmp_path / "a.h5ad").read_bytes() == before


def test_a_file_replaced_while_it_is_mapped_stays_what_it_was(adata, tmp_path):
    written(adata, tmp_path / "a.h5ad")
    found, first = read_mapped(tmp_path / "a.h5ad"), adata.X.toarray()
    adata.X = adata.X * 2
    written(adata, tmp_path / "b.h5ad")
    (tmp_path / "b.h5ad").replace(tmp_path / "a.h5ad")
    np.testing.assert_array_equal(found.X.toarray(), first)


def test_a_file_that_is_cut_off_is_refused(adata, tmp_path):
    path = tmp_path / "a.h5ad"
    adata.write_h5ad(path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises((OSError, KeyError)):
        read_mapped(path)


def test_an_empty_matrix_has_nothing_to_map(tmp_path):
    anndata.AnnData(sparse.csr_matrix((4, 3), dtype=np.float32)).write_h5ad(tmp_path / "a.h5ad")
    assert read_mapped(tmp_path / "a.h5ad").X.nnz == 0
