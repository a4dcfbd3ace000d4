"""Features of one type among those of a 10x data set."""

from pathlib import Path

import numpy as np

from vaebio.data.formats.stored import SomeFeatures
from vaebio.data.formats.wanted import Wanted, one_of
from vaebio.data.raw import Raw

USUAL = "Gene Expression"


def one_modality(raw: Raw, wanted: Wanted, path: Path) -> Raw:
    """The same data set with the features of one type, `Gene Expression` unless told otherwise.

    Raises
    ------
    VaebioError
        When there is no such type, or none is wanted and which is meant cannot be told.
    """
    called = wanted.called("modality")
    if "feature_type" not in raw.var:
        if wanted.modality:
            one_of(wanted.modality, [], "modality", path, called)
        return raw
    types = raw.var["feature_type"]
    counts = types.value_counts()
    usual = USUAL if USUAL in counts else ""
    kept = one_of(wanted.modality or usual, counts.index, "modality", path, called)
    if len(counts) == 1:
        return raw
    left = ", ".join(f"{n:,} of `{name}`" for name, n in counts.items() if name != kept)
    sentence = (
        f"Took the {counts[kept]:,} features of the type `{kept}` and left {left}; "
        f"{called} takes another."
    )
    places = np.flatnonzero(types == kept)
    return Raw(raw.obs, raw.var.iloc[places], SomeFeatures(raw.x, places), [*raw.steps, sentence])
