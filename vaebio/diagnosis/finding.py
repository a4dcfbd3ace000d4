"""What the probes say about one cause, before it is put into a row."""

from dataclasses import dataclass

from vaebio.diagnosis.interval import Interval


@dataclass(frozen=True)
class Finding:
    """What the probes say about one cause.

    Parameters
    ----------
    found
        In sentences, with the numbers.
    gain
        As a share of null - noise floor; None where there is no such number.
    change
        Old and new setting, or what to do, whether or not the cause is supported.
    predicted
        Test error that was measured with this change alone.
    """

    supported: bool
    found: str
    gain: Interval | None = None
    change: str = ""
    predicted: float | None = None
