"""How the members were trained, in words: optimiser, schedules, stopping."""

from vaebio.report.curves import warmup
from vaebio.report.numbers import listed, plural
from vaebio.report.read import Results
from vaebio.report.references import Citations
from vaebio.settings import Train

SHAPES = {
    "linear": ("linearly", ("bowman2016", "sonderby2016")),
    "cosine": ("along half a cosine", ("bowman2016",)),
    "logistic": ("along a logistic curve", ("bowman2016",)),
}


def paragraph(results: Results, citations: Citations) -> str:
    """Optimiser, schedules, stopping, and how it ended."""
    train = results.config.train
    return " ".join(
        filter(
            None,
            [
                _optimiser(train, citations),
                _learning_rate(train, citations),
                _warmup(train, citations),
                _stopping(train),
                _precision(train),
                _outcome(results),
            ],
        )
    )


def _optimiser(train: Train, citations: Citations) -> str:
    adam, decay = "Adam", ""
    sources = ["kingma2015adam"]
    if train.weight_decay:
        adam, sources = "AdamW", [*sources, "loshchilov2019"]
        decay = f", decay of weights {train.weight_decay:g} but none of biases and norms"
    return (
        f"Members were trained with {adam} {citations.cite(*sources)} (learning rate "
        f"{train.learning_rate:g}{decay}, minibatches of {train.minibatch}, gradients of each "
        f"member cut at norm {train.clip:g}) for at most {plural(train.epochs, 'epoch')}."
    )


def _learning_rate(train: Train, citations: Citations) -> str:
    shapes = {"linear": "linearly", "cosine": "along half a cosine"}
    if train.learning_rate_schedule not in shapes:
        return ""
    cosine = train.learning_rate_schedule == "cosine"
    cited = f" {citations.cite('loshchilov2017')}" if cosine else ""
    return (
        f"The learning rate fell {shapes[train.learning_rate_schedule]}{cited} to "
        f"{train.learning_rate * train.learning_rate_end:g} at epoch {train.epochs}."
    )


def _warmup(train: Train, citations: Citations) -> str:
    what = "Beta" if train.capacity is None else "The capacity"
    constant = "" if train.capacity is None else " Beta was constant."
    if not (epochs := warmup(train)):
        return f"{what} had its value from the first step.{constant}"
    if train.beta_schedule == "cyclical":
        cycles = plural(train.cycles, "cycle")
        each = "it" if train.cycles == 1 else "each"
        return (
            f"Over the first {plural(epochs, 'epoch')} {what.lower()} had {cycles}: in {each} it "
            f"rose linearly from 0 to its value over the first half and kept it over the second "
            f"{citations.cite('fu2019')}.{constant}"
        )
    how, sources = SHAPES[train.beta_schedule]
    return (
        f"{what} rose {how} from 0 to its value over the first {plural(epochs, 'epoch')} "
        f"{citations.cite(*sources)}.{constant}"
    )


def _stopping(train: Train) -> str:
    if (epochs := warmup(train)) >= train.epochs:
        return (
            "The warm-up lasted to the end, so no member stopped early and each has the weights of "
            "its last finite epoch, none of them chosen on validation."
        )
    score = "ELBO, without any weight," if train.stopping == "elbo" else "objective"
    counted = ", counted from the end of the warm-up," if epochs else ""
    return (
        f"A member stopped after {plural(train.patience, 'epoch')}{counted} without a better "
        f"{score} on validation, and its best weights were restored."
    )


def _precision(train: Train) -> str:
    if train.precision != "tf32":
        return ""
    return (
        "Matrix products on CUDA were allowed the TF32 format, with 10 bits of each factor's "
        "mantissa."
    )


def _outcome(results: Results) -> str:
    endings = results.members["status"].value_counts()
    words = {"stopped": "stopped early", "finished": "ran to the end", "diverged": "diverged"}
    outcome = listed([f"{endings[key]} {word}" for key, word in words.items() if key in endings])
    return f"Of {plural(len(results.members), 'member')}, {outcome}."
