"""What was known before training is on the page where the run wrote it."""

import dataclasses

import pandas as pd
import pytest

from tests.report.synthetic import AUDIT
from vaebio.report import page
from vaebio.report.before import EXPECTED, audit


@pytest.fixture
def audited(small):
    table = pd.DataFrame(AUDIT, columns=["sentence", "suspicious"]).astype(str)
    return dataclasses.replace(small, audit=table)


def test_what_looked_wrong_is_apart_from_what_is_meant(audited):
    found = audit(audited)
    assert (found.plain, found.suspicious) == ([AUDIT[0][0]], [AUDIT[1][0]])


def test_expected_active_units_are_those_of_the_metrics(audited):
    found = audit(audited)
    rows = (
        audited.metrics[audited.metrics["measure"] == EXPECTED]
        .set_index("member")["value"]
        .dropna()
    )
    shown = {
        (beta, latent): units
        for beta, row in found.units
        for latent, units in zip(found.latents, row, strict=True)
    }
    members = audited.members.set_index("member").loc[rows.index]
    assert len(members) > 1
    for name, member in members.iterrows():
        assert shown[member.beta, member.latent] == f"{rows[name]:.0f}"


def test_the_page_shows_both_and_leaves_out_an_empty_section(audited, small_page):
    html = page.render(audited)
    for sentence, _ in AUDIT:
        assert sentence.split("`")[0] in html
    assert 'id="audit"' in html
    assert 'id="audit"' not in small_page
