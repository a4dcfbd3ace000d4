"""Places that cannot be read or written, and files of an earlier step that are broken."""

import os
import shutil
import subprocess
import sys
from contextlib import redirect_stderr
from io import StringIO

import numpy as np
from scipy import sparse
from scipy.io import mmwrite

from .case import Skipped, handled, refused
from .made import classes, continuous, counts, h5ad, same_counts
from .ways import PREPARED, SUMMARY, prepare, prepare_words, process, started, verb

NOBODY = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")


def nobody(folder) -> tuple[str, ...]:
    """What makes the next command run by a user who has to heed permissions, which root has not."""
    if os.geteuid() != 0:
        return ()
    if not shutil.which("setpriv"):
        raise Skipped("root may do all, and there is no setpriv to be somebody else")
    folder.chmod(0o777)
    probe = [*NOBODY, sys.executable, "-c", "import os, vaebio.cli.prepare; os.listdir()"]
    if subprocess.run(probe, capture_output=True).returncode:
        raise Skipped("nobody else than root can run this Python here")
    return NOBODY


def unreadable(folder, matrix: str):
    """`vaebio prepare` of a matrix that its user may not read."""
    (folder / matrix).chmod(0)
    return process(*prepare_words(matrix), before=nobody(folder))


@refused(r"m\.csv.*[Pp]ermission", "read", "permission")
def matrix_that_may_not_be_read(folder):
    """A csv without the permission to read it."""
    counts().to_csv("m.csv")
    return unreadable(folder, "m.csv")


@refused(r"m\.h5ad.*[Pp]ermission", "read", "permission")
def h5ad_that_may_not_be_read(folder):
    """An h5ad without the permission to read it."""
    h5ad("m.h5ad", counts())
    return unreadable(folder, "m.h5ad")


@refused(r"m\.mtx.*[Pp]ermission", "read", "permission")
def mtx_that_may_not_be_read(folder):
    """An .mtx without the permission to read it."""
    mmwrite("m.mtx", sparse.csr_matrix(counts().to_numpy()))
    return unreadable(folder, "m.mtx")


@refused(r"m\.parquet.*[Pp]ermission", "read", "permission")
def parquet_that_may_not_be_read(folder):
    """A parquet without the permission to read it."""
    counts().to_parquet("m.parquet")
    return unreadable(folder, "m.parquet")


@refused(r"a\.csv.*[Pp]ermission", "read", "permission")
def annotation_that_may_not_be_read(folder):
    """An annotation without the permission to read it."""
    counts().to_csv("m.csv")
    (folder / "a.csv").touch(0)
    return process(*prepare_words("m.csv", annotation="a.csv"), before=nobody(folder))


@refused(r"out.*[Pp]ermission", "written", "permissions")
def output_that_may_not_be_written(folder):
    """A folder for the output without the permission to write."""
    counts().to_csv("m.csv")
    (folder / "out").mkdir()
    (folder / "out").chmod(0o555)
    return process(*prepare_words("m.csv"), before=nobody(folder))


@refused(r"out: File exists", "written")
def output_inside_a_file(folder):
    """A folder for the output that is a file."""
    counts().to_csv("m.csv")
    (folder / "out").touch()
    return prepare("m.csv")


@refused(r"another file", "two output files", "other names")
def output_over_the_input(folder):
    """An output that is the input."""
    (folder / "out").mkdir()
    h5ad(PREPARED, counts())
    return prepare(PREPARED)


@refused(r"\d kB of free space in .*out, but .* take \d\.\d MB", "room", "free space")
def disk_that_is_full(folder):
    """A disk with room for a part of the output."""
    h5ad("m.h5ad", counts(2000, 200))
    (folder / "out").mkdir()
    if os.geteuid() != 0:
        raise Skipped("only root may mount a small disk")
    mount = ["mount", "-t", "tmpfs", "-o", "size=48k", "none", "out"]
    if subprocess.run(mount, capture_output=True).returncode:
        raise Skipped("no small disk can be mounted here")

    def attempt():
        try:
            return process(*prepare_words("m.h5ad"))()
        finally:
            left = os.listdir("out")
            subprocess.run(["umount", "-l", "out"], check=True)
            for name in left:  # so that what stayed on the small disk is seen
                (folder / "out" / name).touch()

    return attempt


@refused(r"(?i)too large", "room", "free space")
def file_that_may_not_grow(folder):
    """A limit on the size of files below that of the output, as a quota sets it."""
    h5ad("m.h5ad", counts(2000, 200))
    limit = ("bash", "-c", 'ulimit -f 40; exec "$@"', "bash")
    return process(*prepare_words("m.h5ad"), before=limit)


@refused(r"locked/m\.csv.*[Pp]ermission", "read", "permissions")
def matrix_in_a_locked_folder(folder):
    """A sheet with a matrix in somebody else's folder, which may not be entered."""
    (folder / "sheet.tsv").write_text("name\tmatrix\na\tlocked/m.csv\n")
    (folder / "locked").mkdir()
    counts().to_csv("locked/m.csv")
    (folder / "locked").chmod(0)
    code = "from vaebio.workflow import plan_or_exit as plan; plan({'datasets': 'sheet.tsv'})"
    return started([*nobody(folder), sys.executable, "-c", code])


def prepared(table, **options: str) -> None:
    """Prepare a table to p.h5ad, for the steps after it."""
    from vaebio.cli.main import main

    table.to_csv("m.csv")
    words = [word for key, value in options.items() for word in (f"--{key}", value)]
    with redirect_stderr(StringIO()):
        assert (
            main(["prepare", "m.csv", *words, "--prepared", "p.h5ad", "--summary", "p.json"]) == 0
        )


def train(folder, settings: str, *words: str):
    """`vaebio train` on p.h5ad with these settings."""
    (folder / "s.yaml").write_text(settings)
    where = ("--store", "store", "--members", "out/members.tsv")
    return verb("train", "p.h5ad", "--settings", "s.yaml", *where, *words)


@refused(r"p\.h5ad cannot be read", "prepared", "again")
def training_on_a_file_cut_off(folder):
    """Training on a prepared data set that is cut off."""
    prepared(counts())
    content = (folder / "p.h5ad").read_bytes()
    (folder / "p.h5ad").write_bytes(content[: len(content) * 2 // 3])
    return train(folder, "{}")


@refused(r"p\.h5ad.*not one that `vaebio prepare` wrote", "uns", "prepare")
def training_on_raw_data(folder):
    """Training on a raw h5ad that was never prepared."""
    h5ad("p.h5ad", counts())
    return train(folder, "{}")


@refused(r"likelihood `nb`.*no counts", "gaussian", "likelihood")
def training_of_counts_on_continuous_values(folder):
    """The likelihood nb on values that are no counts."""
    prepared(continuous())
    return train(folder, "model: {likelihood: nb}\n")


@refused(r"likelihood `bernoulli`.*value -?\d.*`gene\d\d`", r"\[0, 1\]", "likelihood")
def training_of_fractions_on_other_values(folder):
    """The likelihood bernoulli on values beyond 0 and 1."""
    prepared(continuous())
    return train(folder, "model: {likelihood: bernoulli}\n")


@refused(r"`model\.batch: true`.*no technical batch", "batch", "false")
def training_with_a_batch_that_is_not_there(folder):
    """model.batch on prepared data without batch."""
    prepared(counts())
    return train(folder, "model: {batch: true}\n")


@refused(r"stack.*3", "from 1 to 2")
def stack_beyond_the_last(folder):
    """A stack with a number beyond that of the stacks."""
    prepared(counts())
    grid = "grid: {betas: [1], latents: [2], seeds: [0, 1, 2]}\ntrain: {epochs: 1}\n"
    return train(folder, grid, "--stack", "3", "--stacks", "2")


@refused(r"stack 2.* 1 members", "from 1 to 1")
def stack_without_members(folder):
    """Two stacks of a grid with one member."""
    prepared(counts())
    grid = "grid: {betas: [1], latents: [2], seeds: [0], autoencoders: false}\n"
    return train(folder, grid, "--stack", "2", "--stacks", "2")


@refused(r"--lable", "options", "did you mean `--label`")
def option_misspelt(folder):
    """A misspelt option on the command line."""
    counts().to_csv("m.csv")
    return prepare("m.csv", lable="type")


@refused(r"required: --prepared", "options", "vaebio prepare --help")
def option_left_out(folder):
    """A command without one of the options it needs."""
    counts().to_csv("m.csv")
    return verb("prepare", "m.csv", "--summary", SUMMARY)


@refused(r"'prepar'", "verb", "did you mean `prepare`")
def verb_misspelt(folder):
    """A verb that does not exist."""
    return verb("prepar", "m.csv")


@refused(r"m\.csv has no content", "header")
def a_refusal_by_a_real_process(folder):
    """An empty csv given to the command itself."""
    (folder / "m.csv").touch()
    return process(*prepare_words("m.csv"))


@handled("the same label")
def a_result_of_a_real_process(folder):
    """Counts given to the command itself, with names that a shell might misread."""
    counts().to_csv("it's m $HOME.csv")
    classes().assign(type="one & only").to_csv("a b.csv")
    words = prepare_words("it's m $HOME.csv", annotation="a b.csv", label="type")
    result = yield process(*words)
    same_counts(result, counts())
    assert np.all(result.made.adata.obs["type"] == "one & only")
