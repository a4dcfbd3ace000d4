"""The report as a reader meets it: opened from disk, without a network, with a mouse or keys."""

import csv
import time

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

from tests.report.diagnosed import write_diagnosis
from vaebio.report import overview, page

SECTIONS = [
    "answer",
    "grid",
    "frontier",
    "why",
    "chosen",
    "curves",
    "latent",
    "downstream",
    "features",
    "members",
    "data",
    "methods",
]
HOSTILE = "</script><script>window.hacked = 1</script>"


@pytest.fixture(scope="session")
def written(read_folder):
    """Writer of a folder's page; returns its address."""

    def write(folder, target):
        target.write_text(page.render(read_folder(folder)), encoding="utf-8")
        return target.as_uri()

    return write


@pytest.fixture(scope="module")
def address(results_folder, tmp_path_factory, written):
    folder = tmp_path_factory.mktemp("results") / "a"
    made = results_folder(
        folder, betas=(0.3, 3.0), latents=(2, 8), epochs=30, diverged=("k2-b3-s1",)
    )
    write_diagnosis(folder, "k8-b3", ["k8-b3-s0", "k8-b3-s1"], diverged=("longer",))
    return written(made, folder / "report.html")


@pytest.fixture(scope="module")
def several(results_folder, tmp_path_factory, written):
    """A page with three models, the last of them the best."""
    folder = tmp_path_factory.mktemp("results") / "several"
    variants = [("128", "128", "gaussian"), ("128", "128", "nb"), ("256-128", "128", "gaussian")]
    made = results_folder(folder, betas=(0.3, 3.0), latents=(2, 8), epochs=30, variants=variants)
    return written(made, folder / "report.html")


@pytest.fixture
def report(browser, address):
    browser.get(address)
    return browser


def errors(browser):
    return [entry["message"] for entry in browser.get_log("browser")]


def curves(browser):
    return browser.execute_script(
        "return document.querySelector('#plot-curves .canvas').data.map((t) => t.name)"
    )


def first_column(browser):
    script = """return [...document.querySelectorAll('table.members tbody tr')]
        .filter((row) => !row.hidden).map((row) => row.cells[0].textContent.trim())"""
    return browser.execute_script(script)


def test_it_opens_without_an_error_or_a_request(report):
    assert errors(report) == []
    assert report.execute_script("return performance.getEntriesByType('resource').length") == 0
    assert [s.get_attribute("id") for s in report.find_elements(By.TAG_NAME, "section")] == SECTIONS
    drawn = report.find_elements(By.CSS_SELECTOR, ".canvas .main-svg")
    assert len(drawn) >= 4 and all(svg.size["height"] > 100 for svg in drawn[::3])


@pytest.mark.parametrize("page_of", ["address", "several"])
def test_nothing_is_wider_than_a_phone(browser, request, page_of):
    browser.get(request.getfixturevalue(page_of))
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": 400, "height": 800, "deviceScaleFactor": 1, "mobile": True},
    )
    try:
        assert browser.execute_script("return document.documentElement.scrollWidth") <= 400
    finally:
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_the_selector_changes_the_heat_map_its_text_and_its_table(report):
    plot = report.find_element(By.ID, "plot-grid")
    plot.find_element(By.TAG_NAME, "summary").click()
    script = "return document.querySelector('#plot-grid .canvas').data[0].z"
    before = report.execute_script(script)
    measure, split = (Select(s) for s in plot.find_elements(By.TAG_NAME, "select"))
    measure.select_by_visible_text("k-means ARI")
    assert report.execute_script(script) != before
    assert split.first_selected_option.text == "all observations"
    assert "Rand" in plot.find_element(By.CLASS_NAME, "reading").text
    assert "k-means ARI" in plot.find_element(By.CSS_SELECTOR, "thead").text
    split.select_by_visible_text("test")
    assert measure.first_selected_option.text == "k-means ARI"
    assert [o.text for o in split.options if o.is_enabled()] == ["test", "all observations"]


def shown(browser, plot):
    """Words chosen, reading and values of a figure as the reader sees it."""
    element = browser.find_element(By.ID, plot)
    words = [
        Select(s).first_selected_option.text for s in element.find_elements(By.TAG_NAME, "select")
    ]
    drawn = browser.execute_script(
        "return document.querySelector(`#${arguments[0]} .canvas`).data[0]", plot
    )
    return words, element.find_element(By.CLASS_NAME, "reading").text, drawn


def test_the_model_can_be_switched_and_all_else_stays(browser, several):
    browser.get(several)
    assert errors(browser) == []
    plot = browser.find_element(By.ID, "plot-grid")
    plot.find_element(By.TAG_NAME, "summary").click()
    model, measure, split = (Select(s) for s in plot.find_elements(By.TAG_NAME, "select"))
    large, counts, first = (option.text for option in model.options)
    assert (large, counts) == ("gaussian with encoder 256-128", "nb with encoder 128")
    measure.select_by_visible_text("Distortion")
    split.select_by_visible_text("train")
    before, table = shown(browser, "plot-grid"), plot.find_element(By.TAG_NAME, "table").text
    assert before[0] == [large, "Distortion", "train"]
    model.select_by_visible_text(counts)
    after = shown(browser, "plot-grid")
    assert after[0] == [counts, "Distortion", "train"]
    assert after[1].startswith(f"Model: {counts}")
    assert "densities of the same values only: gaussian (scaled values); nb (counts)" in after[1]
    assert after[2]["z"] != before[2]["z"]
    assert plot.find_element(By.TAG_NAME, "table").text != table
    measure.select_by_visible_text("k-means ARI")
    assert shown(browser, "plot-grid")[0] == [counts, "k-means ARI", "all observations"]
    model.select_by_visible_text(large)
    model.select_by_visible_text(first)
    assert shown(browser, "plot-grid")[0] == [first, "k-means ARI", "all observations"]
    assert errors(browser) == []


def test_the_frontier_of_counts_has_no_level_of_a_baseline(browser, several):
    browser.get(several)
    plot = browser.find_element(By.ID, "plot-frontier")
    script = "return (document.querySelector('#plot-frontier .canvas').layout.shapes || []).length"
    assert browser.execute_script(script) == 3
    model = Select(plot.find_element(By.CSS_SELECTOR, "[data-dimension='model']"))
    model.select_by_visible_text("nb with encoder 128")
    assert browser.execute_script(script) == 0
    assert "have no level here" in plot.find_element(By.CLASS_NAME, "reading").text


def test_what_is_downloaded_says_which_model_it_is(browser, several, tmp_path):
    browser.get(several)
    browser.execute_cdp_cmd(
        "Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(tmp_path)}
    )
    plot = browser.find_element(By.ID, "plot-grid")
    model = Select(plot.find_element(By.CSS_SELECTOR, "[data-dimension='model']"))
    model.select_by_visible_text("nb with encoder 128")
    for kind in ("svg", "tsv"):
        plot.find_element(By.CSS_SELECTOR, f"[data-export='{kind}']").click()
    image, table = downloaded(tmp_path, ".svg"), downloaded(tmp_path, ".tsv")
    assert image.stem == table.stem == "grid-nb-with-encoder-128-mse-test"
    assert "nb with encoder 128, MSE, test" in image.read_text()
    table.unlink()
    browser.find_element(By.ID, "members-tsv").click()
    with downloaded(tmp_path, ".tsv").open(newline="") as stream:
        rows = list(csv.DictReader(stream, delimiter="\t"))
    groups = [row for row in rows if row["model"]]
    assert len({(row["model"], row["member"]) for row in groups}) == len(groups) == 12
    assert {row["likelihood"] for row in groups} == {"gaussian", "nb"}
    assert {row["encoder"] for row in groups} == {"128", "256-128"}


def test_curves_can_be_filtered_and_coloured_by_the_model(browser, several):
    browser.get(several)
    select = Select(browser.find_element(By.CSS_SELECTOR, "select[data-filter='model']"))
    select.select_by_visible_text("nb with encoder 128")
    boxes = browser.find_elements(By.CSS_SELECTOR, "#choices input")
    assert len(boxes) == 12 and all(b.get_attribute("value").startswith("nb-") for b in boxes)
    keys = browser.find_element(By.ID, "colour-keys")
    assert keys.text.split("\n") == list(dict.fromkeys(keys.text.split("\n")))
    assert "nb with encoder 128" in keys.text and "beta" not in keys.text
    Select(browser.find_element(By.ID, "colour-by")).select_by_value("beta")
    assert keys.text.split("\n") == ["beta 0.3", "beta 3"]


def test_picking_a_member_with_the_keyboard_draws_its_curves(report):
    assert "k8-b3-s2" not in curves(report)
    report.find_element(By.ID, "find").send_keys("s2")
    box = report.find_element(By.CSS_SELECTOR, "#choices input[value='k8-b3-s2']")
    assert len(report.find_elements(By.CSS_SELECTOR, "#choices input")) == 4
    box.send_keys(Keys.SPACE)
    assert curves(report).count("k8-b3-s2") == 4  # two splits, error and rate
    report.find_element(By.ID, "pick-none").click()
    assert curves(report) == []
    report.find_element(By.ID, "pick-shown").click()
    assert len(set(curves(report))) == 4


def test_curves_can_be_filtered_by_the_grid(report):
    for axis, value in (("beta", "0.3"), ("latent", "8"), ("seed", "1")):
        select = report.find_element(By.CSS_SELECTOR, f"select[data-filter='{axis}']")
        Select(select).select_by_value(value)
    shown = report.find_elements(By.CSS_SELECTOR, "#choices input")
    assert [box.get_attribute("value") for box in shown] == ["k8-b0.3-s1"]


def test_members_open_and_sort_with_the_keyboard(report):
    fold = report.find_element(By.CSS_SELECTOR, ".fold")
    closed = first_column(report)
    fold.send_keys(Keys.ENTER)
    assert len(first_column(report)) == len(closed) + 3
    assert fold.get_attribute("aria-expanded") == "true"
    heads = report.find_elements(By.CSS_SELECTOR, "table.members thead th")
    mse = next(head for head in heads if head.text.startswith("MSE"))
    sort = mse.find_element(By.TAG_NAME, "button")
    values = []
    for direction in ("ascending", "descending"):
        sort.send_keys(Keys.ENTER)
        assert mse.get_attribute("aria-sort") == direction
        script = """return [...document.querySelectorAll('tr.group')]
            .map((row) => Number(row.cells[4].dataset.sort))"""
        values.append(report.execute_script(script))
    assert values[0] == sorted(values[0]) and values[1] == values[0][::-1]
    opened = first_column(report)
    place = opened.index("beta 0.3, latent 2")
    assert all(name.startswith("k2-b0.3-s") for name in opened[place + 1 : place + 4])


def test_what_is_shown_is_what_is_downloaded(report, tmp_path):
    report.execute_cdp_cmd(
        "Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(tmp_path)}
    )
    report.find_element(By.ID, "unfold").click()
    report.find_element(By.ID, "members-tsv").click()
    report.find_element(By.CSS_SELECTOR, "#plot-grid [data-export='svg']").click()
    table, image = downloaded(tmp_path, ".tsv"), downloaded(tmp_path, ".svg")
    with table.open(newline="") as stream:
        rows = list(csv.DictReader(stream, delimiter="\t"))
    assert [row["member"] for row in rows] == first_column(report)
    failed = next(row for row in rows if row["member"] == "k2-b3-s1")
    assert failed["MSE, test"] == "" and failed["reason"] == "the member diverged"
    mean = next(row for row in rows if row["member"] == "beta 0.3, latent 8")
    assert float(mean["MSE, test"]) > 0 and float(mean["MSE, test, spread"]) > 0
    assert float(mean["ELBO, test"]) < 0  # with a hyphen, which programs read
    assert "<svg" in image.read_text() and "Which beta" in image.read_text()


def test_all_measures_are_shown_and_downloaded_on_demand(report, tmp_path):
    report.execute_cdp_cmd(
        "Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(tmp_path)}
    )
    heads = report.find_elements(By.CSS_SELECTOR, "table.members thead th")
    few = [head.get_attribute("data-name") for head in heads if head.is_displayed()]
    button = report.find_element(By.ID, "every-measure")
    found = []
    for _ in range(3):
        report.find_element(By.ID, "members-tsv").click()
        table = downloaded(tmp_path, ".tsv")
        found.append(table.read_text().splitlines()[0].split("\t"))
        table.unlink()
        button.send_keys(Keys.ENTER)
    every = [head.get_attribute("data-name") for head in heads]
    assert set(few) <= set(found[0]) and not set(found[0]) & (set(every) - set(few))
    assert set(every) <= set(found[1]) and "k-means NMI, all observations" in found[1]
    assert found[2] == found[0]


def downloaded(folder, suffix):
    for _ in range(60):
        found = [p for p in folder.iterdir() if p.suffix == suffix]
        if found and found[0].stat().st_size:
            return found[0]
        time.sleep(0.1)
    raise AssertionError(f"no {suffix} arrived")


def test_dark_and_light_change_the_page_and_the_figures(report):
    script = """return [getComputedStyle(document.body).backgroundColor,
        document.querySelector('#plot-frontier .canvas').layout.font.color]"""
    before = report.execute_script(script)
    button = report.find_element(By.ID, "theme")
    button.send_keys(Keys.ENTER)
    after = report.execute_script(script)
    assert before[0] != after[0] and before[1] != after[1]
    report.refresh()
    assert report.execute_script(script) == after
    report.find_element(By.ID, "theme").click()
    assert report.execute_script(script) == before


def test_every_control_can_be_reached_and_named(report):
    script = """return [...document.querySelectorAll('button, select, input, a, summary')]
        .filter((e) => e.tabIndex < 0 || !(e.textContent.trim() || e.ariaLabel
            || (e.labels && e.labels.length))).map((e) => e.outerHTML)"""
    assert report.execute_script(script) == []


def test_the_section_why_draws_and_hands_out_its_tables(report):
    frames = report.find_elements(By.CSS_SELECTOR, "#why figure.plot")
    assert [f.get_attribute("id").split("-")[1] for f in frames] == ["budget", "probes", "courses"]
    drawn = "return arguments[0].querySelector('.canvas').data.length"
    assert all(report.execute_script(drawn, frame) for frame in frames)
    words = "return document.querySelector('#why figure.plot .canvas').layout.xaxis.range[0]"
    assert report.execute_script(words) == 0
    Select(frames[0].find_element(By.TAG_NAME, "select")).select_by_index(1)
    assert report.execute_script(words) > 0.5
    report.execute_script("window.saved = []; save = (...words) => saved.push(words)")
    for words in ("[data-table]", "[data-download='#patch-1']"):
        button = report.find_element(By.CSS_SELECTOR, f"#why {words}")
        report.execute_script("arguments[0].click()", button)
    table, patch = report.execute_script("return saved.map((words) => words[0])")
    assert table.splitlines()[0].split("\t")[:2] == ["member", "symptom"]
    assert len(table.splitlines()) == 4
    assert "latents:" in patch
    assert errors(report) == []


def test_hostile_names_run_nothing(browser, results_folder, tmp_path, written):
    folder = results_folder(
        tmp_path / "a",
        betas=(1.0,),
        latents=(2,),
        seeds=(0, 1),
        epochs=22,
        name=HOSTILE,
        label_names=[HOSTILE],
        warnings=[HOSTILE],
    )
    for table in ("members.tsv", "metrics.tsv", "history.tsv"):
        path = folder / table
        path.write_text(path.read_text().replace("k2-b1-s1", HOSTILE))
    browser.get(written(folder, tmp_path / "report.html"))
    browser.find_element(By.ID, "pick-shown").click()
    assert HOSTILE in browser.find_element(By.ID, "choices").text
    assert browser.find_element(By.TAG_NAME, "h1").text == HOSTILE
    assert browser.execute_script("return window.hacked") is None
    assert errors(browser) == []


def test_one_member_without_label(browser, results_folder, tmp_path, written):
    folder = results_folder(
        tmp_path / "a", betas=(1.0,), latents=(8,), seeds=(0,), epochs=22, labels=False
    )
    browser.get(written(folder, tmp_path / "report.html"))
    assert errors(browser) == []
    assert browser.find_elements(By.CSS_SELECTOR, ".fold") == []
    for frame in browser.find_elements(By.CLASS_NAME, "canvas"):
        assert frame.find_elements(By.CSS_SELECTOR, ".trace, .hm, .textpoint")


def test_the_overview_opens_and_leads_to_the_reports(browser, results_folder, tmp_path, written):
    folders = [
        results_folder(tmp_path / n, name=n, betas=(1.0,), latents=(2,), seeds=(0, 1), epochs=22)
        for n in ("one", "two")
    ]
    write_diagnosis(folders[0], "k2-b1", ["k2-b1-s0"])
    written(folders[1], folders[1] / "report.html")
    target = tmp_path / "report.html"
    target.write_text(overview.render(folders, target), encoding="utf-8")
    browser.get(target.as_uri())
    assert errors(browser) == []
    rows = [row.text for row in browser.find_elements(By.CSS_SELECTOR, "tbody.group")]
    assert "latent size too small" in rows[0] and "k2-b1, 28 %" in rows[0]
    assert "too small" not in rows[1]
    browser.find_element(By.LINK_TEXT, "two").click()
    assert browser.find_element(By.TAG_NAME, "h1").text == "two"
