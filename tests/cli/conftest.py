"""Real processes of `vaebio` that start in a moment."""

import multiprocessing

import pytest

WORDS = """
import os, sys
os.dup2(os.open({log!r}, os.O_WRONLY | os.O_APPEND | os.O_CREAT), 2)
import torch
from vaebio.cli.main import main
{first}
# One thread: the work is tiny, and two processes would fight over the cores.
torch.set_num_threads(1)
sys.exit(main({words!r}))
"""
KILLED_AT = """
import signal
from vaebio.training import job
save, left = job.store.save, iter(range({stored}))
def save_or_die(*given):
    if next(left, None) is None:
        os.kill(os.getpid(), signal.SIGKILL)
    save(*given)
job.store.save = save_or_die
"""
HEAVY = (
    *("torch", "torch.fx.experimental.symbolic_shapes", "anndata", "pandas", "scipy.stats"),
    *("vaebio.cli.train", "vaebio.training.job"),
)


@pytest.fixture(scope="session")
def forked():
    """Starter of a process: `forked(words, log)`; killed, it is as dead as any.

    With `stored` it kills itself, by `kill -9`, after it has stored that many members: between two
    of a stack there is no time for anyone else.

    It is forked from one that has imported what a verb needs and done nothing else, because a
    test that kills ten processes would mostly watch them import torch.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(HEAVY))

    def start(words, log, stored=None):
        first = "" if stored is None else KILLED_AT.format(stored=stored)
        code = WORDS.format(words=list(map(str, words)), log=str(log), first=first)
        process = context.Process(target=exec, args=(code, {}), daemon=True)
        process.start()
        return process

    return start
