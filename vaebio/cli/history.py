"""What the history of a VAE that was trained elsewhere shows: `vaebio diagnose --history FILE`."""

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments that a history from elsewhere has beside `--history`."""
    own = parser.add_argument_group(
        "a history from elsewhere",
        "without PREPARED, --history is a .csv or .tsv with the columns epoch, mse and kl "
        "(optional: split, beta, member) of a VAE that was trained by another program",
    )
    own.add_argument("--features", type=int, metavar="N", help="features the MSE is averaged over")
    own.add_argument(
        "--kl-weight", type=float, metavar="W", help="what the KL is multiplied by beside the MSE"
    )
    own.add_argument("--null-mse", type=float, metavar="MSE", help="MSE of the train mean")


def run(arguments: argparse.Namespace) -> None:
    """Print the symptoms of every run in the file, and what its settings mean."""
    from vaebio.cli.findings import wrapped
    from vaebio.configuration import read_config
    from vaebio.diagnosis.foreign import read_history, told
    from vaebio.settings import Config

    config = read_config(arguments.settings) if arguments.settings else Config()
    for curve in read_history(arguments.history):
        lines = told(
            curve,
            config.diagnose.symptoms,
            features=arguments.features,
            weight=arguments.kl_weight,
            null=arguments.null_mse,
        )
        print("\n".join([curve.member, *(part for line in lines for part in wrapped("  ", line))]))
