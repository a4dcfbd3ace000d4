"""The section `Why` from tables made up: what is on the page, and what must not be."""

import json
import re
from dataclasses import replace

import pandas as pd
import pytest
import yaml

from tests.report.diagnosed import FLOOR, MSE, NULL
from vaebio.diagnosis.budget import PARTS
from vaebio.diagnosis.causes import CAUSES
from vaebio.diagnosis.named import SHORT
from vaebio.diagnosis.probe import PROBES, subsets, word
from vaebio.diagnosis.symptoms import SYMPTOMS
from vaebio.report import answer, colours, page, render
from vaebio.report.budget_views import budget, placed
from vaebio.report.probe_views import probes
from vaebio.report.symptom_views import courses
from vaebio.report.why import why
from vaebio.terms.diagnosis import PART_NAMES, SYMPTOM_NAMES

HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def name(diagnosed):
    return diagnosed.diagnosis.names[0]


def section(results):
    """The section without its figures' data."""
    html = render.page("why.html", {"why": why(results)})
    return re.sub(r'<script type="application/json">.*?</script>', "", html, flags=re.DOTALL)


def changed(results, **tables):
    return replace(results, diagnosis=replace(results.diagnosis, **tables))


def test_every_word_of_the_diagnosis_has_a_name():
    assert SYMPTOM_NAMES.keys() == SYMPTOMS.keys()
    assert PART_NAMES.keys() == PARTS.keys() == colours.PARTS.keys()
    assert SHORT.keys() == PROBES.keys()


def test_every_colour_of_a_part_has_a_dark_one():
    assert set(colours.PARTS.values()) <= colours.DARK.keys()
    assert len(set(colours.PARTS.values())) == len(colours.PARTS)


def test_the_steps_of_the_waterfall_sum_to_the_null_and_follow_each_other(diagnosed, name):
    steps = placed(diagnosed.diagnosis.of("budget", name))
    sizes = (steps["start"] - steps["end"]).tolist()
    assert list(steps["part"]) == list(PARTS)
    assert sizes[0] == pytest.approx(NULL) == pytest.approx(sum(sizes[1:]))
    assert steps["start"].tolist()[1:] == pytest.approx([NULL, *steps["end"].tolist()[1:-1]])
    assert steps["end"].iloc[-1] == pytest.approx(0)
    explained = steps.set_index("part").loc["explained"]
    assert explained["end"] == pytest.approx(MSE)
    assert explained["low"] < explained["end"] < explained["high"]


def test_the_bars_of_the_waterfall_are_those_steps(diagnosed, name):
    drawn = budget(diagnosed.diagnosis, name).views[0].figure.data[0]
    steps = placed(diagnosed.diagnosis.of("budget", name))
    assert list(drawn.base) == pytest.approx(list(steps["end"]))
    assert [b + x for b, x in zip(drawn.base, drawn.x, strict=True)] == pytest.approx(
        list(steps["start"])
    )


def test_a_part_that_adds_goes_the_other_way_and_one_without_error_has_no_bar(diagnosed, name):
    rows = diagnosed.diagnosis.of("budget", name)
    rows.loc[rows["part"] == "beta", ["mse", "low", "high"]] = float("nan")
    steps = placed(rows).set_index("part")
    assert steps.loc["decoder", "end"] > steps.loc["decoder", "start"]
    assert steps.loc["beta", ["start", "end"]].isna().all()
    assert steps.loc["beta", "text"] == "could not be determined"
    assert steps.loc["optimiser", "start"] == steps.loc["latent", "end"]
    plot = budget(replace(diagnosed.diagnosis, budget=rows), name)
    json.dumps(plot.data(), allow_nan=False)


def test_every_supported_cause_is_on_the_page_and_no_other_is_called_one(diagnosed):
    text = section(diagnosed)
    told, others = text.split('<details class="others">')
    for cause, shown in ((name, one.shown) for name, one in CAUSES.items()):
        title = f"<h4>{shown[0].upper()}{shown[1:]}"
        supported = cause in ("latent_too_small", "beta_too_high")
        assert (title in told) == supported
        assert (f'<th scope="row">{shown}</th>' in others) != supported
        assert f"What the probes found of {cause}." in text
    assert told.index("Latent size too small") < told.index("Beta too high")


def test_the_answer_has_five_paragraphs_with_the_causes_and_what_a_change_reached(diagnosed):
    lines = answer.sentences(diagnosed)
    assert len(lines) == 5
    assert lines[2] == (
        "What limits its reconstruction: latent size too small (28 %, 95 % interval 26 to 30 %, of "
        "the error between the train mean and the noise floor) and beta too high (8 %, 6 to 10 %)."
    )
    assert lines[3] == (
        "To change: `grid.latents: 2 → 8` and `grid.betas: 3 → 1`; predicted test MSE 0.67 (0.66 "
        "to 0.68), reached with 3 fresh seeds: 0.672 (0.665 to 0.679), as predicted."
    )


def test_an_answer_that_is_not_known_names_no_cause(diagnose):
    found = diagnose(supported=("unknown",), changes=False)
    text = " ".join(answer.sentences(found))
    assert "What limits its reconstruction is not known: What the probes found of unknown." in text
    for cause in (one for one in CAUSES.values() if one.factor):
        assert cause.shown not in text
    assert "To change" not in text


@pytest.mark.parametrize("verdict", ["unknown", "none"])
def test_a_simpler_model_that_comes_lower_is_the_answer(diagnose, verdict):
    lower = "Without hidden layers it reaches 0.7, 0.1 below the best with them."
    found = diagnose(supported=(verdict,), changes=False, simpler=lower)
    [line] = [line for line in answer.sentences(found) if lower in line]
    assert line == f"No cause that was tested limits its reconstruction. {lower}"
    found = diagnose(simpler=lower)
    assert answer.sentences(found)[2].endswith(f"beta too high (8 %, 6 to 10 %). {lower}")


def test_where_nothing_is_to_be_changed_no_cause_is_named(diagnose):
    left = "Of the 0.18 above the noise floor, 0.02 is the difference between test and train."
    found = diagnose(supported=("none",), changes=False, left=left)
    text = " ".join(answer.sentences(found))
    assert "No cause was found that a setting removes: What the probes found of none." in text
    assert left in text
    text = section(found)
    assert "Nothing is to be changed" in text and "no fresh seed was asked for" in text
    assert "<pre" not in text


def test_a_follow_up_that_broke_its_promise_is_told(diagnosed):
    after = diagnosed.diagnosis.follow_up.assign(kept="False")
    found = changed(diagnosed, follow_up=after)
    assert "0.679), not as predicted." in answer.sentences(found)[3]
    assert "<small>not as predicted</small>" in section(found)


def test_a_diverged_probe_is_shown(diagnose):
    found = diagnose(diverged=("longer", word("factorial", subsets()[1])))
    plot = probes(found.diagnosis, found.diagnosis.names[0])
    labels = plot.views[0].figure.layout.yaxis.ticktext
    assert sum("✕" in label for label in labels) == 2
    assert "diverged with a seed, which has no error (2 in all)" in plot.views[0].reading
    assert sum(row[3] == "diverged" for row in plot.views[0].rows) == 2
    json.dumps(plot.data(), allow_nan=False)


def test_every_probe_has_a_row_with_a_dot_for_each_seed_between_the_levels(diagnosed, name):
    [view] = probes(diagnosed.diagnosis, name).views
    own = diagnosed.diagnosis.probes
    dots, square = view.figure.data[0], view.figure.data[2]
    assert len(dots.x) == len(own) == len(view.rows)
    assert list(dots.x) == list(own["mse_test"])
    assert view.figure.layout.yaxis.ticktext[square.y[0]] == "relaxed: latent, beta"
    assert {shape.x0 for shape in view.figure.layout.shapes} == {NULL, FLOOR}


def test_probes_in_other_units_are_in_the_table_alone(diagnosed, name):
    own = diagnosed.diagnosis.probes
    more = pd.concat([own, own.iloc[:3].assign(probe="rescaled", mse_test=0.1)])
    [view] = probes(replace(diagnosed.diagnosis, probes=more), name).views
    assert len(view.rows) == len(own) + 3 and len(view.figure.data[0].x) == len(own)
    assert "they stand in the table alone" in view.reading


def test_what_was_trained_again_shows_its_first_error_too(diagnosed, name):
    kept = diagnosed.diagnosis
    probe, seed = kept.probes["probe"].iloc[0], kept.probes["seed"].iloc[0]
    again = pd.DataFrame(
        [
            (name, probe, seed, "train", "trained_again", 1.0, ""),
            (name, probe, seed, "test", "mse_first", 0.9191, ""),
        ],
        columns=kept.probe_measures.columns,
    )
    [plain] = probes(kept, name).views
    more = pd.concat([kept.probe_measures, again])
    [view] = probes(replace(kept, probe_measures=more), name).views
    at = view.columns.index("test, first training")
    assert [row[at] for row in view.rows] == ["0.9191", *[""] * (len(view.rows) - 1)]
    assert "1 combination came out worse" in view.reading
    assert "came out worse" not in plain.reading and not any(row[at] for row in plain.rows)


def test_the_curves_of_all_seeds_have_the_interval_of_their_symptom(diagnosed, name):
    own = diagnosed.members["member"][
        [member.startswith(f"{name}-s") for member in diagnosed.members["member"]]
    ]
    seen = pd.DataFrame(
        [(member, "kl_falls_mse_flat", 5 + i, 12, "") for i, member in enumerate(own)],
        columns=diagnosed.diagnosis.symptoms.columns,
    )
    [view] = courses(changed(diagnosed, symptoms=seen), name).views
    shaded = [(s.x0, s.x1) for s in view.figure.layout.shapes if s.type == "rect"]
    assert shaded == [(5, 12), (6, 12), (7, 12)]
    assert {trace.name for trace in view.figure.data} == set(own)
    assert "epochs 5 to 12" in view.reading and "proves no cause" in view.reading


def test_names_with_html_in_them_stay_text(diagnosed, name):
    def renamed(table):
        return table.assign(member=table["member"].replace(name, HOSTILE))

    own = diagnosed.diagnosis
    tables = ("probes", "probe_measures", "verdicts", "budget", "follow_up")
    tables = {table: renamed(getattr(own, table)) for table in tables}
    tables["diagnoses"] = renamed(own.diagnoses).assign(sentence=HOSTILE, floor_method=HOSTILE)
    tables["verdicts"] = tables["verdicts"].assign(found=HOSTILE, change=HOSTILE)
    tables["symptoms"] = own.symptoms.assign(member=HOSTILE, evidence=HOSTILE)
    tables["prescription"] = {HOSTILE: own.prescription[name] | {"changes": [HOSTILE]}}
    own = changed(diagnosed, **tables)
    assert HOSTILE not in render.page("why.html", {"why": why(own)})
    assert section(own).count("&lt;img src=x onerror=alert(1)&gt;") > 9


@pytest.mark.parametrize(
    "table", ["probes", "probe_measures", "verdicts", "budget", "follow_up", "symptoms"]
)
def test_a_table_without_rows_gives_no_empty_frame(diagnosed, table):
    empty = changed(diagnosed, **{table: getattr(diagnosed.diagnosis, table).iloc[:0]})
    html = render.page("why.html", {"why": why(empty)})
    for frame in html.split('<figure class="plot"')[1:]:
        if data := re.search(r'<script type="application/json">(.*?)</script>', frame, re.DOTALL):
            assert json.loads(data[1]).get("views", True)
    assert "<tbody></tbody>" not in html
    if table in ("probes", "budget"):
        assert f'id="plot-{table}-' not in html


def test_symptoms_alone_say_how_to_diagnose(diagnose):
    found = diagnose(name=None)
    off = found.config.diagnose.model_copy(update={"members": 0})
    never = found.config.model_copy(update={"diagnose": off})
    text = section(replace(found, config=never))
    assert "because <code>diagnose.members</code> is 0" in text
    assert "KL falls, MSE does not" in text
    assert "<figure" not in text and "<article" not in text
    assert "is recommended or shows a symptom" in section(found)


def test_without_any_diagnosis_there_is_no_section(small):
    assert why(small) is None


def test_the_page_has_the_section_after_the_frontier(diagnosed):
    html = page.render(diagnosed)
    places = [html.index(f'<section id="{key}"') for key in ("frontier", "why", "chosen")]
    assert places == sorted(places)
    assert html.count('href="#why"') == 1


def test_the_patch_can_be_copied_as_it_is(diagnosed, name):
    text = section(diagnosed)
    [patch] = re.findall(r'<pre id="patch-1">(.*?)</pre>', text, re.DOTALL)
    assert yaml.safe_load(patch) == diagnosed.diagnosis.prescription[name]["settings"]
