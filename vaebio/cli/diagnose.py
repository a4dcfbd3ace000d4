"""Say why the reconstruction error is not lower, and what to change.

After a run: `vaebio diagnose results/mine --member k16-b1`. The histories of all members are
searched for symptoms. The recommended member, or those that are named, are then trained again with
single settings changed (probes), some 25 times for every seed. They tell the causes, what to set,
and which error to expect. What has been trained is kept: the same command after an interruption
goes on where it was. With --history alone: what the curves of another program's model show.
"""

import argparse
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vaebio.cli import history, places
from vaebio.cli.settings import settings_of
from vaebio.errors import VaebioError, did_you_mean
from vaebio.terms import COLUMNS, SPLITS

if TYPE_CHECKING:
    import pandas as pd
    from anndata import AnnData

    from vaebio.diagnosis.bench import Bench
    from vaebio.diagnosis.chosen import Combination
    from vaebio.diagnosis.diagnosed import Diagnosed, Seeds
    from vaebio.diagnosis.references import References
    from vaebio.diagnosis.symptoms import Symptom
    from vaebio.settings import Config
    from vaebio.settings.diagnose import Diagnose
    from vaebio.training.store import Stored


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `vaebio diagnose`."""
    places.add_arguments(parser)
    parser.add_argument(
        "--member",
        nargs="+",
        default=[],
        metavar="NAME",
        help="what to diagnose, for instance k16-b1 or k16-b1-s0, which is the same: all seeds are "
        "(default: the recommended member of --choices, then the most severe symptoms)",
    )
    history.add_arguments(parser)


def run(arguments: argparse.Namespace) -> None:
    """Diagnose, then write all tables."""
    if history.wanted(arguments):
        history.run(arguments)
        return
    places.complete(arguments)
    data = _Data.read(arguments)
    symptoms = data.symptoms()
    chosen = data.chosen(arguments, symptoms)
    bench = data.bench(arguments.store)
    data.check(chosen, bench)
    for one in chosen:
        _tell(_begun(one, data.seeds(one).probes, symptoms))
    found = [_diagnosed(data, one, bench, symptoms) for one in chosen]
    _write(arguments, symptoms, found)
    folders = sorted({str(path.parent) for path in places.written(arguments).values()})
    _tell(f"Tables are in {', '.join(folders)}.")


class _Data:
    """A data set with its tables."""

    def __init__(
        self,
        adata: "AnnData",
        config: "Config",
        tables: "dict[str, pd.DataFrame]",
        around: "References",
        models: Path,
    ) -> None:
        from vaebio.cli.inputs import by_split
        from vaebio.diagnosis.chosen import combinations

        self.adata, self.config, self.tables = adata, config, tables
        self.around, self.models = around, models
        members = tables["members"]
        rows = zip(members["member"], members["beta"], members["seed"].astype(int), strict=True)
        self.combinations = combinations(list(rows))
        self.splits = by_split(adata, SPLITS)

    @classmethod
    def read(cls, arguments: argparse.Namespace) -> "_Data":
        """Everything from its files."""
        from vaebio.cli.inputs import read_prepared
        from vaebio.cli.together import check_tables
        from vaebio.diagnosis.references import references
        from vaebio.report.read import read_table

        adata = read_prepared(arguments.prepared)
        config = settings_of(arguments.settings, str(adata.uns["vaebio"]["name"]))
        names = ("members", "history", "metrics")
        tables = {name: read_table(getattr(arguments, name), f"{name}.tsv") for name in names}
        check_tables(tables, {name: getattr(arguments, name) for name in tables})
        around = references(tables["metrics"], str(arguments.metrics))
        return cls(adata, config, tables, around, arguments.models)

    @property
    def settings(self) -> "Diagnose":
        """Those of the diagnosis."""
        return self.config.diagnose

    def symptoms(self) -> "list[Symptom]":
        """Of all members."""
        from vaebio.diagnosis.curve import curves
        from vaebio.diagnosis.outlook import look
        from vaebio.diagnosis.symptoms import symptoms

        directions = len(look(self.splits["train"], told=False).signal)
        latents = self.tables["members"].set_index("member")["latent"].astype(int)
        return [
            one
            for curve in curves(self.tables["history"])
            for one in symptoms(
                curve,
                self.around.known(curve.member, min(latents[curve.member], directions)),
                self.settings.symptoms,
            )
        ]

    def chosen(
        self, arguments: argparse.Namespace, symptoms: "Sequence[Symptom]"
    ) -> "list[Combination]":
        """What is diagnosed, told in the log."""
        from vaebio.diagnosis.chosen import chosen, named
        from vaebio.report.read import read_table

        if arguments.member:
            return named(self.combinations, arguments.member)
        recommended = ""
        if arguments.choices:
            table = read_table(arguments.choices, "choices.tsv").set_index("choice")
            recommended = table["combination"].get("recommended", "")
        found = chosen(self.combinations, recommended, symptoms, self.settings.members)
        if not found and self.settings.members:
            _tell("No member is recommended or shows a symptom: name what to diagnose (--member).")
        return found

    def bench(self, store: Path) -> "Bench":
        """Where probes are trained."""
        from vaebio.cli.train import choose_device
        from vaebio.data.constants import Preparation
        from vaebio.diagnosis.bench import Bench
        from vaebio.training.memory import budget

        device = choose_device(self.config.train.device)
        return Bench(
            folder=store,
            data=self.splits,
            preparation=Preparation.of(self.adata).to_json(),
            device=device,
            room=budget(device, self.config.train.memory),
            warn=lambda sentence: _tell(f"Warning: {sentence}"),
        )

    def check(self, chosen: "Sequence[Combination]", bench: "Bench") -> None:
        """Refuse what does not belong together, before anything is trained."""
        from vaebio.cli.together import check_data, check_model, check_status

        check_data(bench, self.around)
        members = self.tables["members"].set_index("member")
        keys, status = members["key"], members["status"]
        for one in chosen:
            check_status(one.name, [status[name] for name in one.members.values()])
            own = {seed: keys[name] for seed, name in one.members.items()}
            if check_model(bench, self.stored(one), one.name, own):
                _tell(
                    f"Warning: {one.name} would not be trained today as it was, by another version "
                    "of vaebio perhaps; it is trained again, and diagnosed as it then is."
                )

    def stored(self, one: "Combination") -> "Stored":
        """The model of its first seed."""
        from vaebio.training.store import DESCRIPTION, load

        name = next(iter(one.members.values()))
        folder = self.models / name
        if not (folder / DESCRIPTION).is_file():
            there = [p.parent.name for p in self.models.glob(f"*/{DESCRIPTION}")]
            raise VaebioError(
                found=f"no model of {name} in {self.models}",
                expected="a folder for each member",
                hint=did_you_mean(name, there, "gather them again with `vaebio collect`"),
            )
        return load(folder)

    def seeds(self, one: "Combination") -> "Seeds":
        """Of the probes, and fresh ones that neither these nor the grid have."""
        from vaebio.diagnosis.diagnosed import Seeds

        probes = list(self.settings.seeds or one.seeds)
        first = 1 + max(*probes, *self.tables["members"]["seed"].astype(int))
        return Seeds(probes, range(first, first + self.settings.follow_up))


def _diagnosed(
    data: _Data, one: "Combination", bench: "Bench", symptoms: "Sequence[Symptom]"
) -> "Diagnosed":
    """The diagnosis of one combination, told in the log."""
    from dataclasses import replace

    from vaebio.cli.findings import wrapped
    from vaebio.cli.steps import Steps
    from vaebio.diagnosis.diagnosed import diagnose

    seeds = data.seeds(one)
    if len(seeds.probes) < 2:
        _tell("Warning: one seed shows no spread, and supports no cause: see diagnose.seeds.")
    steps = Steps(one.name)
    bench = replace(bench, on_stack=steps.on_stack, on_epoch=steps.on_epoch)
    seen = one.symptoms(symptoms)
    own = data.stored(one), one.name, seeds, data.around, seen, data.settings
    found = diagnose(bench, *own, steps.on_step)
    steps.close()
    _tell("\n".join(wrapped("", found.told)))
    return found


def _begun(one: "Combination", seeds: "Sequence[int]", symptoms: "Sequence[Symptom]") -> str:
    """What is diagnosed, with which seeds, and what its histories show."""
    seen: dict[str, list[str]] = {}
    for symptom in one.symptoms(symptoms):
        seen.setdefault(symptom.symptom, []).append(symptom.member.rsplit("-", 1)[-1])
    shown = "; ".join(f"{name} ({', '.join(members)})" for name, members in seen.items())
    word = "seeds" if len(seeds) > 1 else "seed"
    return (
        f"{one.name} is diagnosed with {word} {', '.join(map(str, seeds))}. "
        f"Its histories show: {shown or 'no symptom'}."
    )


def _write(
    arguments: argparse.Namespace, symptoms: "Sequence[Symptom]", found: "Sequence[Diagnosed]"
) -> None:
    """All tables, each whole, after everything has been computed."""
    import yaml

    from vaebio.diagnosis.prescription import document
    from vaebio.diagnosis.probe import measure_rows, probe_rows
    from vaebio.files import whole

    probes = [probe for one in found for probe in one.probes]
    tables: dict[str, Iterable[dict[str, Any]]] = {
        "symptoms": map(asdict, symptoms),
        "probes": probe_rows(probes),
        "probe_measures": measure_rows(probes),
        "verdicts": (asdict(verdict) for one in found for verdict in one.verdicts),
        "budget": (asdict(step) for one in found for step in one.budget),
        "follow_up": (asdict(one.follow_up) for one in found),
        "diagnoses": (asdict(one.summary) for one in found),
    }
    for name, rows in tables.items():
        if path := getattr(arguments, name):
            _table(path, f"{name}.tsv", rows)
    content = document(one.prescription for one in found if one.prescription)
    with whole(arguments.prescription) as temporary:
        text = yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=100)
        temporary.write_text(text, encoding="utf-8")


def _table(path: Path, name: str, rows: Iterable[dict[str, Any]]) -> None:
    import pandas as pd

    from vaebio.files import whole

    with whole(path) as temporary:
        frame = pd.DataFrame(list(rows), columns=list(COLUMNS[name]))
        frame.to_csv(temporary, sep="\t", index=False)


def _tell(sentence: str) -> None:
    print(sentence, file=sys.stderr)
