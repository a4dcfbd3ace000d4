"""Progress of long work: a bar in a terminal, a plain line now and then in a log."""

import sys
import time

from tqdm import tqdm

LEAST, MOST = 5.0, 60.0
"""Seconds between two lines."""

SHARE = 1 / 6
"""Of the time so far after which there is another line: long work leaves no long log."""


def due(now: float, told: float, started: float) -> bool:
    """Whether it is time for another line, by the seconds of a clock."""
    return now - told >= min(max(LEAST, SHARE * (now - started)), MOST)


class Progress:
    """Tell how far the work is.

    A bar moves in a terminal. Where the output goes to a file a bar would be noise, so there is a
    line every few seconds, later every minute, and one at the end.
    """

    def __init__(self, what: str, total: int, unit: str) -> None:
        self.what, self.total, self.unit = what, total, unit
        self.done, self.started, self.told = 0, time.monotonic(), time.monotonic()
        shown = sys.stderr.isatty()
        self.bar = tqdm(total=total, desc=what, unit=unit, leave=True) if shown else None

    def step(self, note: str = "", by: int = 1) -> None:
        """Some units of work are done; `note` says where things stand."""
        self.done += by
        if self.bar is not None:
            self.bar.set_postfix_str(note, refresh=False)
            self.bar.update(by)
        elif due(time.monotonic(), self.told, self.started):
            self._line(note)

    def close(self, note: str = "") -> None:
        """Say where the work ended, which may be before the total."""
        if self.bar is not None:
            self.bar.set_postfix_str(note)
            self.bar.close()
        else:
            self._line(note)

    def _line(self, note: str) -> None:
        self.told = time.monotonic()
        seconds = self.told - self.started
        parts = f"{self.what}: {self.unit} {self.done} of {self.total}", f"{seconds:.0f} s", note
        print(" · ".join(p for p in parts if p), file=sys.stderr, flush=True)
