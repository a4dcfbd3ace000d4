"""Trained models without the workflow: load a folder, embed and reconstruct new observations."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from jaxtyping import Float
from numpy.typing import NDArray
from torch import Tensor

from vaebio.data.aside import aside
from vaebio.data.check import OWN_COLUMNS
from vaebio.data.constants import Preparation
from vaebio.data.prepare import prepare_like
from vaebio.data.scaling import scaled, unscaled
from vaebio.errors import VaebioError, did_you_mean
from vaebio.model.vae import Stack, pad
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
        with torch.no_grad():
            parts = [stack.encode(x, batch)[0][0] for x, _, batch in self._input(adata, stored)]
        return torch.cat(parts).numpy()

    def reconstruct(
        self, adata: "AnnData", member: str | None = None
    ) -> Float[np.ndarray, "observation feature"]:
        """Reconstruction of each raw observation from its posterior mean.

        In the units of `prepared.h5ad` before scaling; the columns are `features`. For counts this
        is log(1 + normalised count), and of a model of counts its expectation.
        """
        stored = self._member(member)
        stack = pad(stored.architecture, [stored.parameters])
        with torch.no_grad():
            parts = [self._expected(stack, *seen) for seen in self._input(adata, stored)]
        expected = torch.cat(parts).numpy()
        if stack.likelihood.target != "scaled":
            return expected
        constants = Preparation.from_json(stored.preparation)
        return unscaled(expected, constants.mean, constants.scale)

    def features(self, member: str | None = None) -> tuple[str, ...]:
        """Names of the columns of a reconstruction."""
        return Preparation.from_json(self._member(member).preparation).features

    def _expected(
        self, stack: Stack, x: Tensor, log_size: Tensor | None, batch: Tensor | None
    ) -> Tensor:
        linear = stack.decode(stack.encode(x, batch)[0], batch)
        return stack.likelihood.expected(linear, stack.learned, log_size)[0]

    def _input(
        self, adata: "AnnData", stored: Stored
    ) -> Iterator[tuple[Tensor, Tensor | None, Tensor | None]]:
        """Scaled values, log sizes and batches, a part of the observations at a time."""
        constants = Preparation.from_json(stored.preparation)
        values, total = prepare_like(adata, constants)
        x = torch.from_numpy(scaled(values, constants.mean, constants.scale, constants.clip))
        told = [None, None]
        if total is not None:
            told[0] = torch.from_numpy(np.log(total / constants.target_total).astype(np.float32))
        if stored.architecture.batches:
            told[1] = torch.from_numpy(_batch_numbers(adata, constants))
        for start in range(0, len(x), CHUNK):
            at = slice(start, start + CHUNK)
            yield x[at], *(None if t is None else t[at] for t in told)

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


def _batch_numbers(adata: "AnnData", constants: Preparation) -> NDArray[np.int64]:
    """(observation,) number of each one's technical batch among those the model knows."""
    # The preparation may have had to call the column otherwise than the input does.
    renamed = aside(adata.obs, OWN_COLUMNS)
    column = next((c for c in adata.obs if renamed.get(c, c) == constants.batch), None)
    if column is None:
        raise VaebioError(
            found=f"no column `{constants.batch}` in obs",
            expected="the technical batch of every observation, which this model was told",
            hint=did_you_mean(constants.batch, adata.obs.columns, f"add `{constants.batch}`"),
        )
    words = adata.obs[column].astype(str).to_numpy()
    unknown = sorted(set(words) - set(constants.batches))
    if unknown:
        raise VaebioError(
            found=f"the batch `{unknown[0]}` in obs column `{constants.batch}`",
            expected=f"batches the model was trained with: {', '.join(constants.batches)}",
            hint=did_you_mean(
                unknown[0],
                constants.batches,
                "train with `model.batch: false` to embed observations of new batches",
            ),
        )
    numbers = {word: i for i, word in enumerate(constants.batches)}
    return np.array([numbers[word] for word in words], np.int64)


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
            return Model({s.name: s for s in stored})
    raise VaebioError(
        found=f"no model in {folder.resolve()}",
        expected=f"a folder with {DESCRIPTION}, or a folder of such folders",
        hint="give results/<dataset>/models/<member>",
    )
