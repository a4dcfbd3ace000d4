"""Settings: keys, types, ranges, and files that are no settings."""

from .case import handled, refused
from .made import counts
from .ways import dry_run, plan, prepare


def sheet(folder) -> None:
    """A sheet with one small data set, d."""
    counts().to_csv("m.csv")
    (folder / "sheet.tsv").write_text("name\tmatrix\nd\tm.csv\n")


def planned(folder, **settings: object):
    """The plan for that sheet with these settings."""
    sheet(folder)
    return plan(**settings)


def with_settings(folder, text: str | bytes):
    """`vaebio prepare` with this file of settings."""
    counts().to_csv("m.csv")
    content = text.encode() if isinstance(text, str) else text
    (folder / "s.yaml").write_bytes(content)
    return prepare("m.csv", settings="s.yaml")


@refused(r"s\.yaml is not YAML", "spaces", "tabs")
def yaml_with_tabs(folder):
    """Settings indented with tabs."""
    return with_settings(folder, "prepare:\n\tfeatures: 5\n")


@refused(r"s\.yaml is not YAML")
def yaml_with_an_open_bracket(folder):
    """Settings with a list that is not closed."""
    return with_settings(folder, "grid: {betas: [1, 2\n")


@refused(r"`overrides\.d` in s\.yaml is an alias", "end", r"\*name")
def yaml_that_holds_itself(folder):
    """Settings with an alias inside its own anchor."""
    return with_settings(folder, "overrides: &a {d: *a}\n")


@refused(r"s\.yaml is not YAML")
def yaml_in_utf_16(folder):
    """Settings in UTF-16 without a mark."""
    return with_settings(folder, "prepare: {features: 5}\n".encode("utf-16-le"))


@refused(r"s\.yaml is not YAML")
def yaml_in_latin_1(folder):
    """Settings in Latin-1 with an accent."""
    return with_settings(folder, "report: {title: Gène}\n".encode("latin-1"))


@refused(r"settings that are no mapping in s\.yaml", "key")
def yaml_of_a_list(folder):
    """Settings that are a list."""
    return with_settings(folder, "- prepare\n- train\n")


@refused(r"settings that are no mapping in s\.yaml", "key")
def yaml_of_a_sentence(folder):
    """A text file that is valid YAML by accident."""
    return with_settings(folder, "please train well\n")


TWICE = "datasets: sheet.tsv\ntrain: {epochs: 5}\ngrid: {seeds: [0]}\ntrain: {patience: 3}\n"


@refused(r"key `train` stands twice in s\.yaml \(lines 2 and 4\)", "once")
def yaml_with_a_section_twice(folder):
    """A section that stands twice: YAML would keep the second and forget the first."""
    return with_settings(folder, TWICE)


@refused(r"key `train` stands twice in .*mine\.yaml \(lines 2 and 4\)", "once")
def yaml_with_a_section_twice_before_a_real_snakemake(folder):
    """The same file, given to a real dry run of Snakemake."""
    sheet(folder)
    return dry_run(TWICE)


@handled()
def yaml_of_nothing(folder):
    """An empty file of settings: the defaults."""
    result = yield with_settings(folder, "# nothing yet\n")
    assert result.made.facts["features"] == 12


@refused(r"no settings file no\.yaml")
def yaml_that_is_not_there(folder):
    """Settings that do not exist."""
    counts().to_csv("m.csv")
    return prepare("m.csv", settings="no.yaml")


@refused(r"x: Is a directory", "read")
def yaml_that_is_a_folder(folder):
    """A folder for settings."""
    counts().to_csv("m.csv")
    (folder / "x").mkdir()
    return prepare("m.csv", settings="x")


@refused(r"unknown key `prepare\.feature` in s\.yaml", "features", "did you mean `features`")
def key_misspelt_in_a_file(folder):
    """A misspelt key in a file."""
    return with_settings(folder, "prepare: {feature: 5}\n")


@refused(r"unknown key `grids` in the settings", "grid", "did you mean `grid`")
def section_misspelt(folder):
    """A misspelt section."""
    return planned(folder, grids={"betas": [1]})


@refused(r"unknown key `prepare\.split\.validate`", "validation", "did you mean `validation`")
def key_misspelt_two_levels_down(folder):
    """A misspelt key inside a section of a section."""
    return planned(folder, prepare={"split": {"validate": 0.2}})


@refused(r"unknown key `train\.epoch` in overrides\.d", "epochs", "did you mean `epochs`")
def key_misspelt_in_an_override(folder):
    """A misspelt key in the overrides of a data set."""
    return planned(folder, overrides={"d": {"train": {"epoch": 5}}})


@refused(r"unknown section `overrides\.d\.trian`", "train", "did you mean `train`")
def section_misspelt_in_an_override(folder):
    """A misspelt section in the overrides of a data set."""
    return planned(folder, overrides={"d": {"trian": {"epochs": 5}}})


@refused(r"`overrides\.d\.train: 5`", "keys")
def override_that_is_a_number(folder):
    """An override that gives a number to a section."""
    return planned(folder, overrides={"d": {"train": 5}})


@refused(r"`overrides\.2024", "text|string", "quot")
def override_of_a_data_set_named_by_a_number(folder):
    """An override of the data set 2024, which YAML takes for a number."""
    counts().to_csv("m.csv")
    (folder / "sheet.tsv").write_text("name\tmatrix\n2024\tm.csv\n")
    return plan(overrides={2024: {"train": {"epochs": 5}}})


@refused(r"`train: None`", "keys", "remove it")
def section_with_every_key_commented_out(folder):
    """A section of which every line is commented out: YAML makes it null."""
    return planned(folder, train=None)


@refused(r"`train\.epochs: 'many'`", "integer|whole")
def word_for_a_number(folder):
    """A word where a number belongs."""
    return planned(folder, train={"epochs": "many"})


@refused(r"`train\.epochs: 2\.5`", "integer|whole")
def half_an_epoch(folder):
    """A fraction where a whole number belongs."""
    return planned(folder, train={"epochs": 2.5})


@refused(r"`train\.epochs: True`", "than yes", "number")
def yes_for_a_number(folder):
    """`epochs: yes`, which YAML takes for true, and Python for 1."""
    return planned(folder, train={"epochs": True})


@refused(r"`train\.capacity: False`", "no", "null")
def no_for_no_capacity(folder):
    """`capacity: no`, which would be a capacity of 0 nats."""
    return planned(folder, train={"capacity": False})


@refused(r"`grid\.betas\.1: True`", "than yes", "number")
def yes_in_a_list(folder):
    """A beta of `yes`."""
    return planned(folder, grid={"betas": [0.5, True]})


@handled()
def yes_for_a_switch(folder):
    """`batch: no` and `batch: false`, where truth belongs."""
    sheet(folder)
    made = (yield plan(model={"batch": False}, overrides={"d": {"model": {"batch": False}}})).made
    assert made.settings["d"].model.batch is False


@handled()
def exponents_without_a_point(folder):
    """`1e-3` and `1e1`, which YAML takes for texts."""
    sheet(folder)
    config = (yield plan(train={"learning_rate": "1e-3"}, grid={"betas": ["1e-1", "1e1"]})).made
    assert config.settings["d"].train.learning_rate == 0.001
    assert config.settings["d"].grid.betas == (0.1, 10.0)


@refused(r"`grid\.betas: 3`", "a valid list")
def number_for_a_list(folder):
    """A number where a list belongs."""
    return planned(folder, grid={"betas": 3})


@refused(r"`grid\.encoders\.0: 64`", "a valid list")
def number_for_the_widths_of_an_encoder(folder):
    """Encoders as a list of numbers where a list of lists belongs."""
    return planned(folder, grid={"encoders": [64, 32]})


@refused(r"`train\.memory: 'much'`", "number")
def word_for_a_number_or_auto(folder):
    """A word where a number or auto belongs."""
    return planned(folder, train={"memory": "much"})


@refused(r"`train\.stacks: 0`", "greater than 0")
def no_stack(folder):
    """A grid divided into 0 stacks."""
    return planned(folder, train={"stacks": 0})


@refused(r"`grid\.betas", "at least 1|one")
def grid_without_beta(folder):
    """An empty list of betas."""
    return planned(folder, grid={"betas": []})


@refused(r"`grid\.seeds", "at least 1|one")
def grid_without_seed(folder):
    """An empty list of seeds."""
    return planned(folder, grid={"seeds": []})


@refused(r"`grid\.betas", "once.*1")
def beta_twice(folder):
    """A beta that stands twice, as 1 and as 1.0."""
    return planned(folder, grid={"betas": [1, 2, 1.0]})


@refused(r"`grid\.betas\.1: nan`", "finite")
def beta_that_is_no_number(folder):
    """A beta of .nan."""
    return planned(folder, grid={"betas": [1, float("nan")]})


@refused(r"`grid\.betas\.1: inf`", "finite")
def beta_without_end(folder):
    """A beta of .inf."""
    return planned(folder, grid={"betas": [1, float("inf")]})


@refused(r"`grid\.betas\.0: -1", "greater than or equal to 0")
def negative_beta(folder):
    """A negative beta."""
    return planned(folder, grid={"betas": [-1]})


@refused(r"`grid\.latents\.1: 0`", "greater than 0")
def latent_of_no_unit(folder):
    """A latent size of 0."""
    return planned(folder, grid={"latents": [2, 0]})


@refused(r"`model\.encoder\.0: 0`", "greater than 0")
def layer_of_no_unit(folder):
    """A hidden layer of width 0."""
    return planned(folder, model={"encoder": [0]})


@refused(r"`model\.dropout: 1", "less than 1")
def dropout_of_everything(folder):
    """A dropout of 1."""
    return planned(folder, model={"dropout": 1})


@refused(r"`prepare\.split.*", r"train \+ validation \+ test to be 1, not 1\.2")
def shares_beyond_one(folder):
    """Shares of the splits that sum to 1.2."""
    return planned(folder, prepare={"split": {"train": 0.9}})


@refused(r"`prepare\.split\.test: 0", "greater than 0")
def share_of_nothing(folder):
    """A test split of share 0."""
    return planned(folder, prepare={"split": {"train": 0.8, "validation": 0.2, "test": 0}})


@refused(r"`model\.likelihood: 'nbinom'`", "'nb'", "did you mean `nb`")
def likelihood_misspelt(folder):
    """A likelihood that does not exist."""
    return planned(folder, model={"likelihood": "nbinom"})


@refused(r"`train\.device: 'gpu'`", "cuda")
def device_by_another_name(folder):
    """A device called gpu."""
    return planned(folder, train={"device": "gpu"})


@refused(r"`train", "either free_bits or capacity")
def two_targets_of_the_rate(folder):
    """Free bits and a capacity together."""
    return planned(folder, train={"free_bits": 0.5, "capacity": 10})


@refused(r"`results: ''|`results", "", "")
def results_in_no_folder(folder):
    """An empty path of results, which would be the root of the file system."""
    return planned(folder, results="")


@refused(r"`results: 'out\{x\}'`", "without braces", "`results`")
def results_in_a_folder_with_braces(folder):
    """A folder of results whose name looks like a wildcard of Snakemake."""
    sheet(folder)
    return dry_run({"datasets": "sheet.tsv", "results": "out{x}"})


@refused(r"unknown key `train\.epoch`", "epochs", "did you mean `epochs`")
def key_misspelt_before_a_real_snakemake(folder):
    """A misspelt key, found by a real dry run of Snakemake."""
    sheet(folder)
    return dry_run("datasets: sheet.tsv\ntrain: {epoch: 5}\n")


@refused(r"`grid\.betas\.0: nan`", "finite")
def beta_that_is_no_number_before_a_real_snakemake(folder):
    """A beta of .nan in a file, found by a real dry run of Snakemake."""
    sheet(folder)
    return dry_run("datasets: sheet.tsv\ngrid: {betas: [.nan]}\n")
