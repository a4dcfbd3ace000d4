"""Whether the probes of a member can support anything, and whether they could have."""

from typing import TYPE_CHECKING

from vaebio.diagnosis.attribution import Rise, rises, total
from vaebio.diagnosis.evidence import Evidence

if TYPE_CHECKING:
    from vaebio.settings.diagnose import Verdict as Limits


def unusable(evidence: Evidence, limits: "Limits") -> str:
    """Why the factorial probes support nothing; empty when they can."""
    if evidence.table.reason:
        return evidence.table.reason
    failed = failures(evidence, limits)
    if not failed:
        return ""
    more = f" and {len(failed) - 1} more such rises" if len(failed) > 1 else ""
    return f"a relaxation did not relax: {failed[0].told}{more}"


def failures(evidence: Evidence, limits: "Limits") -> list[Rise]:
    """Mean rises of the error that overfitting does not explain, the largest first."""
    found = rises(evidence.table, limits.rise * evidence.room)
    failed = [one for one in found if one.seed is None and not one.overfit]
    return sorted(failed, key=lambda one: -one.rise)


def unseen(evidence: Evidence, limits: "Limits") -> str:
    """Why a gain that counts could have gone unseen; empty when it could not."""
    if reason := unusable(evidence, limits):
        return reason
    half, least = total(evidence.table, limits.confidence).half, limits.gain * evidence.room
    if half is None:
        return "one seed shows no spread"
    if half >= least:
        return (
            f"the seeds differ so much (± {half:.2g}) that a gain of {least:.2g} could not be told "
            "from noise"
        )
    return ""
