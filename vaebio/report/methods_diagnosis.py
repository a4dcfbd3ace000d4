"""How the diagnosis was made, in words; only of what was done."""

from vaebio.diagnosis.probe import read_word
from vaebio.report.diagnosis import Diagnosis
from vaebio.report.numbers import listed, plural
from vaebio.report.read import Results
from vaebio.report.references import Citations
from vaebio.settings.diagnose import Verdict


def paragraph(results: Results, citations: Citations) -> str:
    """Symptoms, probes, parts, verdicts and what was prescribed."""
    own, settings = results.diagnosis, results.config.diagnose
    if not own.made:
        return ""
    lines = [
        "The history of every member was searched for symptoms (stall, rate that falls while the "
        "error does not, collapse, overfitting, not converged, diverged) by Theil-Sen slopes "
        f"{citations.cite('sen1968')} with intervals of "
        f"{100 * settings.symptoms.confidence:g} %; a symptom supports no cause."
    ]
    if own.names:
        lines += [
            _factorial(own, citations),
            *_singles(own, citations, settings.probes.steps),
            _verdict(settings.verdict, own),
            _budget(own),
            _followed(own),
        ]
    return " ".join(filter(None, lines))


def _kinds(own: Diagnosis) -> set[str]:
    return {read_word(word)[0] for word in own.probes["probe"]}


def _factorial(own: Diagnosis, citations: Citations) -> str:
    seeds = listed(list(dict.fromkeys(own.diagnoses["seeds"].str.replace(",", ", "))), "or")
    return (
        f"Of {listed(own.names)}, probes were trained with seeds {seeds}: all 16 combinations of "
        "encoder, decoder, latent size and beta, each as it is or relaxed. Relaxed are hidden "
        "layers of four times the width and one layer more, up to four times the latent units, and "
        "a beta of a tenth or less, the last two no further than the spectrum of train has signal. "
        "A combination that came out worse than one with less relaxed was trained again, judged on "
        "validation. A factor's part of the removable error is its Shapley value "
        f"{citations.cite('shapley1953')} over the 16 errors on test; the parts sum to the error "
        "that relaxing all four removes."
    )


def _singles(own: Diagnosis, citations: Citations, steps: int) -> list[str]:
    kinds, said = _kinds(own), []
    if kinds & {"learning_rate_low", "learning_rate_high", "longer"}:
        said.append("trained on at its learning rate, a tenth of it and three times it")
    if "beta_higher" in kinds:
        said.append("trained anew at ten times its beta")
    if "simpler" in kinds:
        said.append("trained anew without hidden layers, latent size and beta relaxed")
    if "rescaled" in kinds:
        said.append("trained anew on features of comparable scale")
    lines = [f"The member was also {listed(said)}."] if said else []
    if "refined_posterior" in kinds:
        lines.append(
            f"For the amortisation gap {citations.cite('cremer2018')} the posterior of every "
            f"observation was optimised in {plural(steps, 'step')} with the decoder unchanged."
        )
    return lines


def _verdict(limits: Verdict, own: Diagnosis) -> str:
    room = own.diagnoses["shares_of"].iloc[0]
    return (
        f"A cause is supported where its gain is at least {100 * limits.gain:g} % of {room} and "
        f"the {100 * limits.confidence:g} % t interval over seeds excludes 0; never by a symptom. "
        f"A member within {100 * limits.floor:g} % of the noise floor, or of the lowest error of "
        "all probes, is near it. Where an error rose by more than "
        f"{100 * limits.rise:g} % with one more factor relaxed, beyond the spread of the seeds, or "
        "nothing is supported, the verdict is unknown."
    )


def _budget(own: Diagnosis) -> str:
    if own.budget.empty:
        return ""
    return (
        "The budget goes from the error of the train mean to the noise floor; what no probe "
        "removes and is neither noise nor test above train is called unexplained."
    )


def _followed(own: Diagnosis) -> str:
    seeds = own.follow_up.loc[own.follow_up["achieved_mse"].notna(), "seeds"]
    if seeds.empty:
        return ""
    return (
        "Prescribed is the cheapest probe (fewest changes, then fewest parameters) within "
        "tolerance of the lowest error on validation; it was trained with "
        f"{plural(int(seeds.max()), 'fresh seed')} and held against the interval that the probes "
        "predict for their mean."
    )
