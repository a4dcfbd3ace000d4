"""The .h5 files of Cell Ranger: with a group for each genome (version 2) or for all (version 3).

Values lie by cell, so rows stay on disk.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from vaebio.data.formats.modality import one_modality
from vaebio.data.formats.stored import Element, SomeFeatures, SparseRows, texts_of
from vaebio.data.formats.wanted import Wanted, one_of
from vaebio.data.raw import Raw
from vaebio.data.sources import TENX_H5, reading
from vaebio.errors import VaebioError

_OF_GENOME = {"barcodes", "data", "genes", "indices", "indptr"}


def read_tenx_h5(path: Path, wanted: Wanted) -> Raw:
    """Raw data set of a 10x .h5; symbols are the names of the features, `feature_id` their ids."""
    import h5py

    with reading(path, TENX_H5):
        file = h5py.File(path)
        if "matrix" in file and "features" in _keys(file["matrix"]):
            raw = one_modality(_of_all(file["matrix"], path), wanted, path)
            return _one_genome(raw, wanted, path)
        genomes = [name for name in file if _OF_GENOME <= set(_keys(file[name]))]
        if not genomes:
            raise _no_matrix(file, path)
        genome = one_of(wanted.genome, genomes, "genome", path, wanted.called("genome"))
        raw = _of_genome(file[genome], path)
    raw = one_modality(raw, wanted, path)
    raw.steps.append(f"Took the genome `{genome}` of {', '.join(genomes)}.")
    return raw


def _of_all(group: Element, path: Path) -> Raw:
    features = group["features"]
    columns = {"feature_id": "id", "feature_type": "feature_type", "genome": "genome"}
    var = {new: texts_of(features[old]) for new, old in columns.items() if old in features}
    return _raw(group, texts_of(features["name"]), var, path)


def _of_genome(group: Element, path: Path) -> Raw:
    ids = texts_of(group["genes"])
    names = texts_of(group["gene_names"]) if "gene_names" in group else ids
    return _raw(group, names, {"feature_id": ids}, path)


def _raw(group: Element, names: list[str], var: dict[str, list[str]], path: Path) -> Raw:
    obs = pd.DataFrame(index=pd.Index(texts_of(group["barcodes"]), dtype=object))
    # The files call features rows, and store them column by column.
    rows = SparseRows(group, group["shape"][:][::-1], path, TENX_H5)
    return Raw(obs, pd.DataFrame(var, index=pd.Index(names, dtype=object)), rows)


def _one_genome(raw: Raw, wanted: Wanted, path: Path) -> Raw:
    """Features of the wanted genome; all of them when none is named, since all share the cells."""
    genomes = [] if "genome" not in raw.var else sorted(set(raw.var["genome"]) - {""})
    if wanted.genome:
        genome = one_of(wanted.genome, genomes, "genome", path, wanted.called("genome"))
        kept = np.flatnonzero(raw.var["genome"] == genome)
        sentence = f"Took the {len(kept):,} features of the genome `{genome}`."
        return Raw(raw.obs, raw.var.iloc[kept], SomeFeatures(raw.x, kept), [*raw.steps, sentence])
    if len(genomes) > 1:
        raw.steps.append(
            f"Took the features of all genomes ({', '.join(genomes)}); "
            f"{wanted.called('genome')} takes one."
        )
    return raw


def _keys(element: Element) -> list[str]:
    return list(element) if hasattr(element, "keys") else []


def _no_matrix(file: Element, path: Path) -> VaebioError:
    h5ad = "obs" in file and "var" in file
    return VaebioError(
        found=f"{path} is {'an h5ad' if h5ad else 'no matrix of 10x'}: it holds {', '.join(file)}",
        expected="the .h5 of a matrix as Cell Ranger writes it",
        hint="rename it to .h5ad"
        if h5ad
        else "name the file called filtered_feature_bc_matrix.h5, or convert this one to .h5ad",
    )
