"""scVI by scvi-tools, trained on the same observations with its own defaults [lopez2018]."""

import logging
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from jaxtyping import Float, Int
from scipy import sparse

from vaebio.evaluation.measured import Measured
from vaebio.evaluation.observations import Observations
from vaebio.evaluation.sized import absent, sized
from vaebio.model.likelihoods import likelihood
from vaebio.training.observations import Constants

if TYPE_CHECKING:
    from vaebio.settings import Evaluate

MINIBATCH = 128
"""The default of scvi-tools."""

ROWS = 512
"""Observations brought through the model at a time."""


def measure_scvi(
    data: Observations,
    latents: Sequence[int],
    seeds: Sequence[int],
    settings: "Evaluate",
    *,
    told: bool,
) -> Iterator[Measured]:
    """The scVI of every latent size and seed.

    Parameters
    ----------
    told
        Whether it is told the technical batch, as the members are.
    """
    reason = _why_not(data, told)
    for latent, seed in product(latents, seeds):
        name = f"scvi-k{latent}-s{seed}"
        if reason:
            yield absent(name, reason)
            continue
        with _quiet():
            try:
                model = _trained(data, latent, seed, told)
                latent_mean, x_hat = _seen(data, model, told)
            except (ValueError, RuntimeError) as error:
                # Its own words for weights that are no longer finite are many.
                yield absent(name, f"scvi-tools gave up: {str(error).splitlines()[0]}")
                continue
        yield sized(name, data, x_hat, latent_mean, settings)


def _why_not(data: Observations, told: bool) -> str:
    """Reason why there can be no scVI; empty when it can be."""
    if data.inputs.counts is None:
        return "scVI is a model of counts, and these are none"
    batch = data.inputs.batch
    if told and not set(batch) <= set(batch[data.rows["train"]]):
        return "a technical batch has no observation in train, and scVI knows those of train alone"
    return ""


def _trained(data: Observations, latent: int, seed: int, told: bool) -> Any:  # noqa: ANN401
    """A model that scvi-tools has trained on all of train."""
    import scvi
    from anndata import AnnData

    rows = data.rows["train"]
    adata = AnnData(sparse.csr_matrix(data.inputs.counts[rows], dtype=np.float32))
    if told:
        adata.obs["batch"] = data.inputs.batch[rows].astype(str)
    scvi.settings.seed = seed
    scvi.model.SCVI.setup_anndata(adata, batch_key="batch" if told else None)
    model = scvi.model.SCVI(adata, n_latent=latent)
    # A minibatch of one observation has no variance for its batch norm.
    alone = len(adata) > MINIBATCH and len(adata) % MINIBATCH == 1
    model.train(
        train_size=1.0,
        batch_size=MINIBATCH,
        datasplitter_kwargs={"drop_last": alone},
        enable_progress_bar=False,
    )
    model.module.cpu().eval()
    return model


@torch.no_grad()
def _seen(
    data: Observations,
    model: Any,  # noqa: ANN401
    told: bool,
) -> tuple[Float[np.ndarray, "observation unit"], Float[np.ndarray, "observation feature"]]:
    """Posterior mean of every observation, and its expected scaled values from there."""
    own, kind = data.inputs, likelihood("zinb")
    constants = Constants.of(own.mean, own.scale, own.clip)
    batch = _numbers(data, model) if told else np.zeros(len(own), np.int64)
    log_size = torch.from_numpy(np.log(own.size).astype(np.float32))
    latents, reconstructed = [], []
    for start in range(0, len(own), ROWS):
        at = slice(start, start + ROWS)
        counts = torch.from_numpy(_dense(own.counts[at]))
        code = torch.from_numpy(batch[at])[:, None]
        inferred = model.module.inference(counts, code)
        mean = inferred["qz"].loc
        px = model.module.generative(mean, inferred["library"], code)["px"]
        # Its mean is that of the count itself, with the size in it.
        linear = px.mu.log()[None] - log_size[at][:, None], px.zi_logits[None]
        expected = kind.expected(linear, {"log_theta": px.theta[:1].log()}, log_size[at])
        latents.append(mean.numpy())
        reconstructed.append(constants.scaled(expected[0]).numpy())
    return np.concatenate(latents), np.concatenate(reconstructed)


def _dense(counts: sparse.csr_matrix | np.ndarray) -> Float[np.ndarray, "row feature"]:
    dense = counts.toarray() if sparse.issparse(counts) else counts
    return np.ascontiguousarray(dense, dtype=np.float32)


def _numbers(data: Observations, model: Any) -> Int[np.ndarray, " observation"]:  # noqa: ANN401
    """Numbers that scvi-tools has given to the technical batches."""
    known = model.adata_manager.get_state_registry("batch").categorical_mapping
    number = {word: i for i, word in enumerate(known)}
    return np.array([number[word] for word in data.inputs.batch.astype(str)], np.int64)


@contextmanager
def _quiet() -> Iterator[None]:
    """Nothing of another package's warnings and remarks in the log of ours."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)
