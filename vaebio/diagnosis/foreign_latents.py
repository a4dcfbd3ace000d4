"""Latents of a VAE that was trained elsewhere: the posterior's mean and log variance, from a file.

A table has a column for each unit of both; an .npz has two arrays of observations x units.
"""

import re
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from vaebio.data.sources import TEXT_SUFFIXES
from vaebio.data.tables import Row, check_fields, numbers, records_of
from vaebio.errors import VaebioError, did_you_mean
from vaebio.metrics.information import active_units

PREFIXES = ("posterior", "encoder", "latent", "qz", "q", "z")
"""What may stand before the word."""

MEAN = ("mean", "means", "mu", "mus", "loc", "m")
LOG_VAR = ("logvar", "logvars", "logvariance", "logvariances", "lnvar")
INSTEAD = {
    **dict.fromkeys(
        ("var", "vars", "variance", "variances", "v"),
        "take the natural logarithm: log_var = log(variance)",
    ),
    **dict.fromkeys(
        ("std", "sd", "sigma", "scale", "stddev", "stdv"),
        "take the logarithm of their square: log_var = 2 x log(standard deviation)",
    ),
    **dict.fromkeys(
        ("logstd", "logsd", "logsigma", "logscale"),
        "double them: log_var = 2 x log(standard deviation)",
    ),
}
"""What programs give instead of the logarithm of the variance, and what is to be done about it."""

LIKE = "mean_0, mean_1, ... and log_var_0, log_var_1, ..."

LARGE = 0.1
"""Log variance above which a table without any negative one is taken for variances: the prior has
variance 1, and a posterior that is wider everywhere would cost nats and tell nothing."""


MOST = 50.0
"""Log variance above which a number is no such thing."""

KINDS = {"mean": "mean", "log_var": "log variance"}
"""What is needed, and what to call it in a message."""

Names = dict[str, list[tuple[str, str]]]
"""By what they hold: units, empty where a name has no number, and names."""


class Latents(NamedTuple):
    """Posteriors of a foreign VAE, and what its units are called."""

    mean: Float[np.ndarray, "observation unit"]
    log_var: Float[np.ndarray, "observation unit"]
    units: tuple[str, ...]


def read_latents(path: Path) -> Latents:
    """Posterior means and log variances of a .csv, .tsv or .npz.

    Other columns, for instance a first one of names, and other arrays are passed over.

    Raises
    ------
    VaebioError
        For a file of another form, halves that do not match, values that cannot be.
    """
    name = path.name.lower()
    if not name.endswith((".npz", *TEXT_SUFFIXES)):
        raise VaebioError(
            found=f"latents in {path}",
            expected="a .csv or .tsv with a column for each unit of both, or an .npz with the "
            "arrays mean and log_var",
            hint=f"in Python: {_SAVE}",
        )
    found = _from_npz(path) if name.endswith(".npz") else _from_table(path)
    _check(found, path)
    return found


def _from_table(path: Path) -> Latents:
    records = records_of(path)
    _, header = next(records, (1, []))
    rows = list(records)
    columns = [name.strip() for name in header]
    if rows and len(columns) == len(rows[0][1]) - 1:
        columns = ["", *columns]  # as R writes it, with nothing above the names
    names = _sorted(columns)
    _check_names(names, columns, path, f"columns {LIKE}")
    units, halves = [], []
    for kind in KINDS:
        own = sorted(names[kind], key=lambda one: int(one[0] or 0))
        units.append(tuple(unit or "0" for unit, _ in own))
        halves.append(_values(rows, [columns.index(name) for _, name in own], columns, path))
    if units[0] != units[1]:
        unit = min(set(units[0]) ^ set(units[1]), key=int)
        has, lacks = KINDS.values() if unit in units[0] else reversed(KINDS.values())
        raise VaebioError(
            found=f"{len(units[0])} columns of the mean and {len(units[1])} of the log variance in "
            f"{path}: unit {unit} has a {has} and no {lacks}",
            expected=f"both for every unit: {LIKE}",
            hint="write both again, numbered alike",
        )
    return Latents(*halves, units[0])


def _values(
    rows: Sequence[tuple[int, list[str]]], where: list[int], columns: list[str], path: Path
) -> Float[np.ndarray, "observation unit"]:
    found = []
    for line, fields in rows:
        check_fields(fields, columns, line, path)
        row = Row(line, fields[0].strip(), [fields[i] for i in where])
        found.append(numbers(row, [columns[i] for i in where], path))
    return np.array(found, np.float64).reshape(len(found), len(where))


def _from_npz(path: Path) -> Latents:
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
    except (OSError, ValueError, EOFError, AttributeError, TypeError, zipfile.BadZipFile) as error:
        raise VaebioError(
            found=f"{path} cannot be read as .npz: {' '.join(str(error).split()) or 'no content'}",
            expected="arrays of numbers that numpy.savez wrote",
            hint=f"write it again: {_SAVE}",
        ) from None
    names = _sorted(list(arrays))
    _check_names(names, list(arrays), path, "arrays mean and log_var")
    mean, log_var = (_array(names[kind][0][1], arrays, path) for kind in KINDS)
    if mean.shape != log_var.shape:
        raise VaebioError(
            found=f"means of {_shape(mean)} and log variances of {_shape(log_var)} in {path}",
            expected="as many observations and units in both",
            hint="write both in one go, of the same observations",
        )
    return Latents(mean, log_var, tuple(map(str, range(mean.shape[1]))))


def _array(
    name: str, arrays: Mapping[str, np.ndarray], path: Path
) -> Float[np.ndarray, "observation unit"]:
    array = arrays[name]
    if array.ndim != 2 or array.dtype.kind not in "fiu":
        raise VaebioError(
            found=f"`{name}` in {path} has the shape {array.shape} and the type {array.dtype}",
            expected="numbers, observations x units",
            hint="for a single unit write array.reshape(-1, 1)",
        )
    return array.astype(np.float64)


def _sorted(names: Sequence[str]) -> Names:
    """Names by what they hold.

    Examples
    --------
    >>> found = _sorted(["cell", "z_mean_0", "Mu.1", "z1_logvar", "sigma"])
    >>> found["mean"], found["log_var"], found["sigma"]
    ([('0', 'z_mean_0'), ('1', 'Mu.1')], [('1', 'z1_logvar')], [('', 'sigma')])
    """
    found: Names = {kind: [] for kind in KINDS}
    for name in names:
        digits = re.findall(r"\d+", name)
        word = _word(re.sub(r"[^a-z]", "", name.lower()))
        if word and len(digits) < 2:
            found.setdefault(word, []).append((str(int(digits[0])) if digits else "", name))
    return found


def _word(letters: str) -> str:
    """`mean`, `log_var`, a word of `INSTEAD`, or nothing."""
    cut = next((letters.removeprefix(p) for p in PREFIXES if letters.startswith(p)), letters)
    for word in (letters, cut):
        if word in MEAN or word in LOG_VAR:
            return "mean" if word in MEAN else "log_var"
        if word in INSTEAD:
            return word
    return ""


def _check_names(names: Names, every: Sequence[str], path: Path, expected: str) -> None:
    """Refuse a half that is not there, or a name that stands twice."""
    for kind, called in KINDS.items():
        if not names[kind]:
            raise _lacking(names, kind, every, path, expected)
        units = [unit for unit, _ in names[kind]]
        twice = next((unit for unit in units if units.count(unit) > 1), None)
        if twice is not None:
            both = [name for unit, name in names[kind] if unit == twice]
            raise VaebioError(
                found=f"`{both[0]}` and `{both[1]}` in {path}, both a {called}"
                + (f" of unit {twice}" if twice else ""),
                expected=expected,
                hint="leave one of them out",
            )


def _lacking(
    names: Names, kind: str, every: Sequence[str], path: Path, expected: str
) -> VaebioError:
    shown = ", ".join(list(every)[:6]) + (", ..." if len(every) > 6 else "")
    words = {re.sub(r"[^a-z]", "", name.lower()) for name in every}
    instead = next((word for word in names if word in INSTEAD), "")
    hint = did_you_mean(kind, every, "name both as in the examples of `vaebio diagnose --help`")
    if {"epoch", "mse", "kl"} <= words:
        hint = "this looks like a history: give it to --history"
    elif kind == "log_var" and instead:
        hint = INSTEAD[instead]
    return VaebioError(
        found=f"no {KINDS[kind]} in {path}; it has {shown or 'nothing'}",
        expected=expected,
        hint=hint,
    )


def _check(found: Latents, path: Path) -> None:
    """Refuse values that no posterior has."""
    if len(found.mean) < 2 or not len(found.units):
        raise VaebioError(
            found=f"{_shape(found.mean)} in {path}",
            expected="two observations or more, one unit or more",
            hint="write the latents of all observations",
        )
    for values, called in zip((found.mean, found.log_var), KINDS.values(), strict=True):
        bad = np.argwhere(~np.isfinite(values))
        if len(bad):
            row, unit = bad[0]
            raise VaebioError(
                found=f"a {called} of {values[row, unit]} in observation {row + 1}, unit "
                f"{found.units[unit]}, of {path}",
                expected="finite numbers",
                hint="latents of a model that diverged tell nothing: take those of an epoch before",
            )
    wide = found.log_var.max()
    none_negative = found.log_var.min() >= 0
    if none_negative and (wide > LARGE or active_units(found.mean).any()):
        raise VaebioError(
            found=f"log variances from {found.log_var.min():.3g} to {wide:.3g} in {path}, none "
            "below 0: no unit would know more of an observation than the prior does",
            expected="logarithms, which are negative where a unit is certain",
            hint="these look like variances or standard deviations: take the logarithm "
            "(log_var = log(variance))",
        )
    if wide > MOST:
        raise VaebioError(
            found=f"a log variance of {wide:.3g} in {path}",
            expected="natural logarithms of variances, of the order of 0 and below",
            hint="check that the columns are what their names say",
        )


def _shape(array: np.ndarray) -> str:
    observations, units = array.shape
    return f"{observations:,} observations x {units:,} units"


_SAVE = 'numpy.savez("latents.npz", mean=mean, log_var=log_var)'
