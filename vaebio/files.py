"""Files are written whole or not at all."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """A temporary path beside `path` that takes its place when the block ends without an error.

    Works for a file and for a folder the block makes. A reader sees the old content or the new,
    never a part; after an error nothing is left behind.

    Examples
    --------
    >>> import tempfile
    >>> target = Path(tempfile.mkdtemp()) / "table.tsv"
    >>> with whole(target) as temporary:
    ...     _ = temporary.write_text("a")
    >>> target.read_text(), len(list(target.parent.iterdir()))
    ('a', 1)
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # Not by the number of the process: in a container one that was killed had the same.
    # The suffix stays last because some writers choose the format by it.
    temporary = path.with_name(f".{path.stem}.{token_hex(4)}.partial{path.suffix}")
    try:
        yield temporary
        if path.is_dir() and temporary.is_dir():
            shutil.rmtree(path)
        temporary.replace(path)
    finally:
        if temporary.is_dir():
            shutil.rmtree(temporary)
        temporary.unlink(missing_ok=True)
