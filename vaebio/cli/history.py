"""What the history of a VAE that was trained elsewhere shows: `vaebio diagnose --history FILE`."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from vaebio.errors import VaebioError

if TYPE_CHECKING:
    from vaebio.diagnosis.carried import Carried
    from vaebio.diagnosis.curve import Curve
    from vaebio.settings import Config

KNOWN = {
    "latents": (Path, "FILE", "the model's latents, as said above"),
    "features": (int, "N", "number of features (genes, proteins) the MSE is averaged over"),
    "kl_weight": (float, "W", "what the KL is multiplied by in the loss, beside the MSE"),
    "minibatch": (int, "N", "observations (cells, samples) of one training step"),
    "null_mse": (float, "MSE", "MSE of predicting every feature by its mean on train"),
}
"""What may be known of a model from elsewhere: type, placeholder and help of each option."""

ABOUT = """A model that another program trained: give its history alone, without RESULTS. --history
is a table (.csv or .tsv) with one line for every epoch and the columns epoch, mse and kl (optional:
split, beta, member). --latents may stand beside it: what the model makes of every cell or sample,
as a table with the columns mean_0, mean_1, ... and log_var_0, log_var_1, ... (also mu, z_mean,
logvar, log_variance; a first column of names does no harm), or as an .npz with the arrays mean and
log_var (observations x units). It says what the curves show, which latent units are used, which
have collapsed, and what beta the weight of the KL really is. It cannot say why: that takes the data
and the model."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments that a history from elsewhere has beside `--history`."""
    own = parser.add_argument_group("a model from elsewhere", ABOUT)
    for name, (kind, placeholder, what) in KNOWN.items():
        own.add_argument(_option(name), type=kind, metavar=placeholder, help=what)


def wanted(arguments: argparse.Namespace) -> bool:
    """Whether a history is given alone; refused where what belongs to it is given without it."""
    if arguments.prepared is None and arguments.history and not arguments.models:
        return True
    for name in KNOWN:
        if getattr(arguments, name) is not None:
            where = "with RESULTS" if arguments.prepared else "without --history"
            raise VaebioError(
                found=f"{_option(name)} {where}, given to `vaebio diagnose`",
                expected="it beside --history, of a model that was trained by another program",
                hint="leave it out: vaebio knows it of its own members"
                if arguments.prepared
                else "add --history FILE, with the columns epoch, mse and kl",
            )
    return False


def run(arguments: argparse.Namespace) -> None:
    """Print the symptoms of every run in the file, and what its settings mean."""
    from vaebio.cli.findings import wrapped
    from vaebio.configuration import read_config
    from vaebio.diagnosis.foreign import read_history, told
    from vaebio.diagnosis.reduced import Loss
    from vaebio.settings import Config

    _refuse(arguments)
    config = read_config(arguments.settings) if arguments.settings else Config()
    curves = read_history(arguments.history)
    latents = _latents(arguments, curves, config) if arguments.latents else None
    loss = Loss(arguments.features, arguments.kl_weight, arguments.minibatch)
    for curve in curves:
        lines = told(
            curve, config.diagnose.symptoms, loss=loss, null=arguments.null_mse, latents=latents
        )
        print(
            "\n".join([curve.member, *(part for line in lines for part in wrapped("  - ", line))])
        )


def _refuse(arguments: argparse.Namespace) -> None:
    """Files that are not there, and numbers that cannot be."""
    for option in ("history", "latents"):
        path = getattr(arguments, option)
        if path is not None and not path.is_file():
            raise VaebioError(
                found=f"{'a folder' if path.is_dir() else 'no file'} {path}, given as --{option}",
                expected="a table of epochs" if option == "history" else "a table, or an .npz",
                hint="check the path",
            )
    for name in KNOWN.keys() - {"latents"}:
        value = getattr(arguments, name)
        least = 0 if name == "kl_weight" else None
        if value is not None and not (0 < value < float("inf") or value == least):
            raise VaebioError(
                found=f"{_option(name)} {value:g}, given to `vaebio diagnose`",
                expected="a number above 0",
                hint="leave it out where it is not known",
            )


def _latents(arguments: argparse.Namespace, curves: "list[Curve]", config: "Config") -> "Carried":
    from vaebio.diagnosis.carried import carried
    from vaebio.diagnosis.foreign_latents import read_latents

    if len(curves) > 1:
        raise VaebioError(
            found=f"{len(curves)} models in {arguments.history} ({curves[0].member}, "
            f"{curves[1].member}{', ...' if curves[2:] else ''}), and latents of one",
            expected="the history of the model that the latents are of",
            hint="keep its lines alone",
        )
    how = config.evaluate
    least = {"least_variance": how.active_threshold, "least_rate": how.active_rate}
    return carried(read_latents(arguments.latents), **least)


def _option(name: str) -> str:
    return f"--{name.replace('_', '-')}"
