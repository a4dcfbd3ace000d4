"""h5ad, h5mu and zarr: what anndata and mudata write, of all their versions."""

from pathlib import Path

import pandas as pd

from vaebio.data.formats.frames import frame
from vaebio.data.formats.layers import RAW, X, chosen
from vaebio.data.formats.stored import Element, layout, rows_of
from vaebio.data.formats.wanted import Wanted, one_of
from vaebio.data.raw import Raw
from vaebio.data.sources import H5AD, H5MU, ZARR, reading
from vaebio.errors import VaebioError


def read_h5ad(path: Path, wanted: Wanted) -> Raw:
    """Raw data set of an .h5ad; rows that lie together stay on disk."""
    import h5py

    with reading(path, H5AD):
        return _raw(h5py.File(path), path, H5AD, wanted)


def read_zarr(path: Path, wanted: Wanted) -> Raw:
    """Raw data set of a .zarr folder, or one that is zipped; rows stay on disk."""
    import zarr

    with reading(path, ZARR):
        store = zarr.storage.ZipStore(path, mode="r") if path.is_file() else str(path)
        group = zarr.open_group(store, mode="r")
        return _raw(group, path, ZARR, wanted)


def read_h5mu(path: Path, wanted: Wanted) -> Raw:
    """Raw data set of one modality of an .h5mu, with what the file says of all observations."""
    import h5py

    called = wanted.called("modality")
    with reading(path, H5MU):
        file = h5py.File(path)
        modality = one_of(wanted.modality, file["mod"], "modality", path, called)
        raw = _raw(file["mod"][modality], path, H5MU, wanted)
        raw.steps.insert(0, f"Took the modality `{modality}` of {', '.join(file['mod'])}.")
        raw.obs = _with_common(raw.obs, frame(file, "obs")) if "obs" in file else raw.obs
        return raw


def obs_of(path: Path) -> pd.DataFrame:
    """The table about the observations of an .h5ad alone."""
    import h5py

    with reading(path, H5AD), h5py.File(path) as file:
        return frame(file, "obs")


def _raw(group: Element, path: Path, form: str, wanted: Wanted) -> Raw:
    if "obs" not in group or "var" not in group:
        raise VaebioError(
            found=f"{path} is no data set of anndata: it holds {', '.join(group) or 'nothing'}",
            expected="X, obs and var",
            hint="give it the name that fits its form (.h5 for a file of 10x), or name the folder "
            "inside it that holds them",
        )
    held = _values(group)
    name, steps = chosen(held, wanted, path)
    is_raw = name == RAW and _raw_part(group, X) in group
    var = _raw_part(group, "var") if is_raw else "var"
    cautions = _absent_chunks(held[name]) if form == ZARR else []
    x = rows_of(held[name], path, form)
    return Raw(frame(group, "obs"), frame(group, var), x, steps, cautions)


def _values(group: Element) -> dict[str, Element]:
    """Everything in the file that could be trained on, by the name `prepare.layer` knows it by."""
    held = {X: group[X]} if X in group and _holds_values(group[X]) else {}
    if "layers" in group and hasattr(group["layers"], "keys"):
        layers = group["layers"]
        held |= {name: layers[name] for name in layers if _holds_values(layers[name])}
    raw = _raw_part(group, X)
    if raw in group and _holds_values(group[raw]):
        if RAW in held:
            held[f"layers/{RAW}"] = held.pop(RAW)
        held[RAW] = group[raw]
    return held


def _raw_part(group: Element, part: str) -> str:
    """Key of a part of `raw`, which was written with a point before anndata 0.7."""
    return f"raw.{part}" if f"raw.{X}" in group else f"raw/{part}"


def _holds_values(element: Element) -> bool:
    """Whether there are values: nothing at all is written as an array without shape or size."""
    return hasattr(element, "keys") or bool(element.shape)


def _absent_chunks(element: Element) -> list[str]:
    """A warning about chunks of a zarr that are not there: zarr reads them as zeros.

    Writers leave out chunks of nothing but zeros. Of a sparse matrix there are none: no stored
    value is zero, and not all lie in the first feature.

    Raises
    ------
    ValueError
        When chunks of a sparse matrix are missing.
    """
    is_dense = layout(element) == "dense"
    arrays = [element] if is_dense else [element["data"], element["indices"]]
    absent = sum(array.nchunks - array.nchunks_initialized for array in arrays)
    if absent and not is_dense:
        raise ValueError(f"{absent} chunks of its values are missing")
    if not absent:
        return []
    return [
        f"{absent:,} of {element.nchunks:,} chunks of the values are not there and count as zeros: "
        "right where all is zero, wrong where files were lost."
    ]


def _with_common(obs: pd.DataFrame, common: pd.DataFrame) -> pd.DataFrame:
    """Columns of all modalities beside those of one; `rna:depth` only repeats a modality's own."""
    added = [name for name in common if name not in obs and ":" not in str(name)]
    if not common.index.is_unique or not obs.index.isin(common.index).all():
        return obs
    return obs.join(common[added])
