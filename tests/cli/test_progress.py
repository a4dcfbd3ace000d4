import pytest

from vaebio.cli import progress


@pytest.fixture
def clock(monkeypatch):
    """Seconds that pass where the test says so."""
    now = [0.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    return now


def lines_of(clock, capsys, seconds):
    one = progress.Progress("training", seconds, "epoch")
    start = clock[0]
    for second in range(seconds):
        clock[0] = start + second + 1.0
        one.step()
    return capsys.readouterr().err.splitlines()


def test_a_log_has_a_line_every_few_seconds_and_later_every_minute(clock, capsys):
    lines = lines_of(clock, capsys, 3600)
    seconds = [int(line.split(" · ")[1].removesuffix(" s")) for line in lines]
    between = [b - a for a, b in zip(seconds, seconds[1:], strict=False)]
    assert seconds[:3] == [5, 10, 15]
    assert between == sorted(between)
    assert between[-1] == 60
    assert len(lines) < 90


def test_work_that_ends_at_once_leaves_one_line(clock, capsys):
    assert lines_of(clock, capsys, 3) == []
    one = progress.Progress("training", 2, "epoch")
    one.step()
    one.close("done")
    assert capsys.readouterr().err == "training: epoch 1 of 2 · 0 s · done\n"
