"""Contestant: SCVI of scvi-tools, imported only when asked for.

Counts for the likelihoods of counts, their logarithm for the normal one, dense in memory, which
its data loader reads fastest. Widths, minibatch and epochs are ours, all else its default; it
measures nothing on held-out observations unless told to, and is not told to.
"""

import logging
import warnings
from collections.abc import Callable
from importlib.metadata import version

from benchmarks.clock import EpochClock
from benchmarks.workload import Workload

LIKELIHOODS = ("normal", "nb", "zinb")


def versions() -> dict[str, str]:
    """Version of the library."""
    return {"scvi-tools": version("scvi-tools")}


def contestants(workload: Workload) -> dict[str, Callable[[], dict[str, float]]]:
    """One run of each likelihood by name; seconds per epoch of one model."""
    return {f"scvi {name}": _contestant(workload, name) for name in LIKELIHOODS}


def _contestant(workload: Workload, likelihood: str) -> Callable[[], dict[str, float]]:
    import anndata
    import scvi

    _quiet()
    x = workload.counts.log1p() if likelihood == "normal" else workload.counts
    adata = anndata.AnnData(x.numpy())
    scvi.model.SCVI.setup_anndata(adata)

    def run() -> dict[str, float]:
        clock = EpochClock(workload.device)
        sizes = workload.sizes
        model = scvi.model.SCVI(
            adata,
            n_hidden=sizes.hidden[0],
            n_layers=len(sizes.hidden),
            n_latent=sizes.latent,
            gene_likelihood=likelihood,
        )
        model.train(
            max_epochs=workload.settings().epochs,
            batch_size=sizes.minibatch,
            accelerator="gpu" if workload.device.type == "cuda" else "cpu",
            devices=1,
            enable_progress_bar=False,
            callbacks=[_callback(clock)],
        )
        return {"seconds": clock.seconds_per_epoch, "processor_share": clock.processor_share}

    return run


def _callback(clock: EpochClock) -> object:
    from lightning.pytorch.callbacks import Callback

    class _Marks(Callback):
        def on_train_epoch_end(self, *_: object) -> None:
            clock()

    return _Marks()


def _quiet() -> None:
    """Say nothing of workers and epochs between the lines of the table."""
    warnings.filterwarnings("ignore")
    for name in ("lightning.pytorch", "scvi"):
        logging.getLogger(name).setLevel(logging.ERROR)
