import json
import re
import subprocess
import sys
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from plotly.offline import get_plotlyjs

from vaebio.report import overview, page
from vaebio.report.headline import reconstruction
from vaebio.report.render import embedded

HOSTILE = (
    "<script>alert(1)</script>",
    "</script><script>alert(2)</script>",
    '"><img src=x onerror=alert(3)>',
    "Ünïcödé β ✓ 細胞",
    "{{ 7 * 7 }}",
)
LOADING = {"src", "srcset", "data", "poster", "action", "background"}


class Page(HTMLParser):
    """Tags, ids, attributes that load something, and the text outside scripts and styles."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.ids, self.loads, self.text, self.silent = [], [], [], "", 0
        self.feed(html.replace(get_plotlyjs(), ""))

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.silent += tag in ("script", "style")
        for key, value in attributes:
            if key == "id":
                self.ids.append(value)
            if key in LOADING or (tag == "link" and key == "href" and value != "data:,"):
                self.loads.append((tag, key, value))

    def handle_endtag(self, tag):
        self.silent -= tag in ("script", "style")

    def handle_data(self, data):
        self.text += "" if self.silent else data


def test_every_section_is_there(small_page):
    ids = Page(small_page).ids
    every = "answer grid frontier chosen curves latent downstream features members data methods"
    for section in every.split():
        assert ids.count(section) == 1
    assert len(ids) == len(set(ids))


def test_nothing_is_loaded_from_anywhere(small_page):
    own = small_page.replace(get_plotlyjs(), "")
    assert Page(small_page).loads == []
    assert not re.search(r"url\(|@import|fetch\(|XMLHttpRequest", own)
    links = set(re.findall(r'(?:https?:)?//[^\s"<\\]+', own))
    assert {link.split("/")[2] for link in links if link.startswith("http")} == {
        "doi.org",
        "arxiv.org",
    }


def test_plotly_is_inside_once(small_page):
    assert small_page.count(get_plotlyjs()) == 1


def test_hostile_text_stays_text(results_folder, read_folder, tmp_path):
    folder = results_folder(
        tmp_path / "a",
        betas=(1.0,),
        latents=(2,),
        seeds=(0, 1),
        epochs=22,
        name=HOSTILE[0],
        label_names=HOSTILE,
        warnings=HOSTILE,
        report={"observations": HOSTILE[1]},
    )
    for path in folder.glob("*.tsv"):
        text = path.read_text().replace("k2-b1-s1", HOSTILE[1])
        for reason in ("smallest latent size", "one pair of seeds: no range", "FEATURE763"):
            text = text.replace(reason, HOSTILE[0])
        path.write_text(text)
    html = page.render(read_folder(folder))
    read = Page(html)
    clean = Page(
        page.render(
            read_folder(
                results_folder(
                    tmp_path / "b",
                    betas=(1.0,),
                    latents=(2,),
                    seeds=(0, 1),
                    epochs=22,
                    label_names="abcde",
                    warnings="abcde",
                )
            )
        )
    )
    assert read.tags == clean.tags
    for text in HOSTILE:
        assert text in read.text


def test_a_hostile_architecture_stays_text(several):
    large = several.members["encoder"] != "128"
    members = several.members.assign(encoder=several.members["encoder"].mask(large, HOSTILE[1]))
    clean, read = (Page(page.render(r)) for r in (several, replace(several, members=members)))
    assert read.tags == clean.tags and HOSTILE[1] in read.text


def test_json_survives_and_cannot_end_its_script():
    value = {"a": "</script>&<!--\u2028'\"", "b": [1.5, None]}
    text = str(embedded(value))
    assert not set("<>&\u2028") & set(text)
    assert json.loads(text) == value


def test_a_number_that_json_lacks_is_refused():
    with pytest.raises(ValueError, match="Out of range"):
        embedded(float("nan"))


def test_one_member_without_label_has_no_empty_frame(alone):
    read = Page(page.render(alone))
    assert "nan" not in read.text.lower().split()
    assert "could not be measured: no label column" in read.text
    assert "k-means" not in read.text.split("What these numbers do not say")[0]
    assert read.text.count("k-means NMI") == 2  # among the limits and below the table of members


def test_no_history_no_section(alone):
    read = Page(page.render(replace(alone, history=alone.history.iloc[:0])))
    assert "curves" not in read.ids and "frontier" in read.ids


def test_nothing_measured_still_makes_a_page(small):
    metrics = small.metrics.assign(value=float("nan"), reason="the member diverged")
    members = small.members.assign(status="diverged")
    read = Page(page.render(replace(small, metrics=metrics, members=members)))
    assert "No combination has a validation and a test MSE" in read.text
    assert "grid" not in read.ids and "frontier" not in read.ids and "figure" in read.tags


def test_overview_has_a_row_and_a_relative_link_for_each(results_folder, tmp_path):
    folders = [
        results_folder(
            tmp_path / "results" / name,
            name=name,
            betas=(1.0,),
            latents=(2,),
            seeds=(0, 1),
            epochs=22,
            labels=name == "a b",
        )
        for name in ("a b", "second")
    ]
    html = overview.render(folders, tmp_path / "results" / "report.html")
    assert '<a href="a%20b/report.html">a b</a>' in html
    assert '<a href="second/report.html">second</a>' in html
    assert html.count('<tbody class="group">') == 2


def test_overview_shows_the_best_of_all_models_and_names_it(several_folder, several, tmp_path):
    best = reconstruction(several)
    html = overview.render([several_folder], tmp_path / "report.html")
    assert f"<strong>{best.text}</strong><small>{best.row}</small>" in html
    assert best.row == "gaussian with encoder 256-128, beta 0.3, latent 8"


def test_size_stays_below_ten_megabytes_for_a_hundred_members(
    results_folder, read_folder, tmp_path
):
    folder = results_folder(tmp_path / "a", seeds=(0, 1, 2, 3, 4), epochs=300)
    assert len(page.render(read_folder(folder)).encode()) < 10e6


def test_the_floor_needs_neither_torch_nor_scanpy():
    code = (
        "import sys, vaebio.report.page, vaebio.report.overview;"
        "print(sorted({'torch', 'scanpy', 'anndata'} & set(sys.modules)))"
    )
    made = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert made.stdout.strip() == "[]"
