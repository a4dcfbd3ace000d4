"""What the error that no change lowers consists of, as far as it is known."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from vaebio.diagnosis.causes import REMOVABLE
from vaebio.diagnosis.evidence import Evidence
from vaebio.diagnosis.interval import Interval, over_seeds
from vaebio.diagnosis.probe import AS_IS, FACTORIAL, word
from vaebio.diagnosis.verdict import Verdict
from vaebio.diagnosis.words import told

if TYPE_CHECKING:
    from vaebio.settings.diagnose import Verdict as Limits


def left(evidence: Evidence, verdicts: Sequence[Verdict], limits: "Limits") -> str:
    """How much of what is above the floor is a difference between test and train, in a sentence.

    Of the member itself; in the budget it is that of the member with all factors relaxed. Empty
    where it is little, where the floor is not known, or where there is a change to make.
    """
    change = any(one.supported and one.cause in REMOVABLE for one in verdicts)
    gap = _gap(evidence, limits.confidence)
    if change or gap is None or evidence.least is None or evidence.mse is None:
        return ""
    if gap.value < limits.gain * evidence.room:
        return ""
    return (
        f"Of the {evidence.mse - evidence.least:.2g} above the noise floor, {told(gap)} is how "
        "much higher the error on test is than on train."
    )


def _gap(evidence: Evidence, confidence: float) -> Interval | None:
    """Test less train, beyond what the train mean has between them; None where not measured."""
    own = evidence.of(AS_IS) or evidence.of(word(FACTORIAL))
    gaps = [p.mse_test - p.mse_train for p in own if p.mse_train is not None]
    if not gaps or evidence.null_train is None:
        return None
    shift = evidence.null - evidence.null_train
    return over_seeds([gap - shift for gap in gaps], confidence)
