"""Whether scvi-tools is there; apart from the baseline itself, so that asking costs nothing."""

from importlib.util import find_spec

from vaebio.errors import VaebioError


def check_installed() -> None:
    """Refuse to go on where scVI is wanted and cannot be had."""
    if find_spec("scvi") is None:
        raise VaebioError(
            found="`evaluate.scvi: true`, but scvi-tools is not installed",
            expected="scvi-tools 1.4 or later beside vaebio",
            hint="run `pip install 'vaebio[scvi]'`, or set `evaluate.scvi` to false",
        )
