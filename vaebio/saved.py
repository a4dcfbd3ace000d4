"""Trained models without the workflow: load a folder, embed and reconstruct new observations."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from jaxtyping import Float

from vaebio.data.constants import Preparation
from vaebio.data.prepare import prepare_like
from vaebio.data.scaling import scaled, unscaled
from vaebio.errors import VaebioError, did_you_mean
from vaebio.model.vae import pad
from vaebio.training.store import DESCRIPTION, Stored
from vaebio.training.store import load as load_member

if TYPE_CHECKING:
    from anndata import AnnData

CHUNK = 4096
"""Observations brought through a model at a time."""


class Model:
    """One or more members with all that is needed to use them."""

    def __init__(self, stored: Mapping[str, Stored]) -> None:
        self._stored = dict(stored)

    @property
    def members(self) -> list[str]:
        """Names of the members."""
        return list(self._stored)

    def __repr__(self) -> str:
        return f"vaebio model with {len(self.members)} members: {', '.join(self.members[:5])}"

    def embed(
        self, adata: "AnnData", member: str | None = None
    ) -> Float[np.ndarray, "observation unit"]:
        """Posterior mean of each raw observation.

        Parameters
        ----------
        adata
            Raw observations as `vaebio prepare` takes them (counts for a model of counts), with
            at least the features the model knows, in any order.
        member
            Whose latents; may be left out when there is one member.

        Raises
        ------
        VaebioError
            When features are missing or there is no such member.
        """
        stored = self._member(member)
        stack = pad(stored.architecture, [stored.parameters])
        x = self._input(adata, stored)
        with torch.no_grad():
            parts = [stack.encode(part)[0][0] for part in x.split(CHUNK)]
        return torch.cat(parts).numpy()

    def reconstruct(
        self, adata: "AnnData", member: str | None = None
    ) -> Float[np.ndarray, "observation feature"]:
        """Reconstruction of each raw observation from its posterior mean.

        In the units of `prepared.h5ad` before scaling (for counts log(1 + normalised count)); the
        columns are `features`.
        """
        stored = self._member(member)
        stack = pad(stored.architecture, [stored.parameters])
        x = self._input(adata, stored)
        with torch.no_grad():
            parts = [stack.decode(stack.encode(part)[0])[0] for part in x.split(CHUNK)]
        constants = Preparation.from_json(stored.preparation)
        return unscaled(torch.cat(parts).numpy(), constants.mean, constants.scale)

    def features(self, member: str | None = None) -> tuple[str, ...]:
        """Names of the columns of a reconstruction."""
        return Preparation.from_json(self._member(member).preparation).features

    def _input(self, adata: "AnnData", stored: Stored) -> torch.Tensor:
        constants = Preparation.from_json(stored.preparation)
        values = prepare_like(adata, constants)
        return torch.from_numpy(scaled(values, constants.mean, constants.scale, constants.clip))

    def _member(self, name: str | None) -> Stored:
        if name is None and len(self._stored) == 1:
            return next(iter(self._stored.values()))
        if name in self._stored:
            return self._stored[name]
        raise VaebioError(
            found=f"no member `{name}`" if name else f"{len(self._stored)} members and no choice",
            expected=f"one of {', '.join(self.members)}",
            hint=did_you_mean(name or "", self.members, "give its name as `member`"),
        )


def load(folder: str | Path) -> Model:
    """Models from a folder.

    Parameters
    ----------
    folder
        `results/<dataset>`, its `models`, or the folder of a single member.

    Raises
    ------
    VaebioError
        When there is no model in it.
    """
    folder = Path(folder)
    for place in (folder, folder / "models"):
        found = [p.parent for p in (place / DESCRIPTION, *sorted(place.glob(f"*/{DESCRIPTION}")))]
        stored = [load_member(f) for f in found if (f / DESCRIPTION).is_file()]
        if stored:
            return Model({s.member.name: s for s in stored})
    raise VaebioError(
        found=f"no model in {folder.resolve()}",
        expected=f"a folder with {DESCRIPTION}, or a folder of such folders",
        hint="give results/<dataset>/models/<member>",
    )
