import numpy as np
import pytest

from vaebio.choosing.knee import frontier, knee

RATE = np.geomspace(0.2, 5, 9)


def test_the_knee_of_a_hyperbola_is_in_its_middle():
    found = knee(RATE, 1 / RATE)
    assert found.index == 4 and RATE[4] == pytest.approx(1)
    assert found.points == 9


def test_it_is_the_point_farthest_from_the_chord():
    """By the distance of a point to a line in the plane, written another way."""
    rng = np.random.default_rng(0)
    rate = np.sort(rng.uniform(0, 30, 12))
    distortion = 500 + 90 * np.exp(-rate / 6)
    points = np.stack([rate - rate.min(), distortion - distortion.min()], axis=1)
    points /= points.max(axis=0)
    chord = (points[-1] - points[0]) / np.linalg.norm(points[-1] - points[0])
    along = (points - points[0]) @ chord
    away = np.linalg.norm(points - points[0] - along[:, None] * chord, axis=1)
    found = knee(rate, distortion)
    assert found.index == away.argmax()
    assert found.depth == pytest.approx(away.max() * np.sqrt(2))


def test_neither_units_nor_order_nor_what_is_beaten_nor_what_stands_twice_moves_it():
    rate, distortion = RATE, 1 / RATE
    rng = np.random.default_rng(0)
    order = rng.permutation(len(rate))
    assert order[knee(rate[order], distortion[order]).index] == 4
    assert knee(1000 * rate + 7, 0.01 * distortion - 3).index == 4
    more = np.r_[rate, rate + 0.5, rate], np.r_[distortion, distortion + 0.5, distortion]
    found = knee(*more)
    assert found.points == 9 and more[0][found.index] == rate[4]


def test_the_frontier_has_no_point_that_another_beats():
    rng = np.random.default_rng(2)
    rate, distortion = rng.random((2, 60))
    kept = set(frontier(rate, distortion).tolist())
    for i in range(60):
        beaten = (rate <= rate[i]) & (distortion <= distortion[i])
        beaten[i] = False
        assert (i in kept) == (not beaten.any())


@pytest.mark.parametrize(
    ("distortion", "said"),
    [
        (25 - RATE**2, "no knee"),
        (10 - RATE, "no knee"),
        (RATE, "1 of 9 points"),
        (np.r_[3.0, 2.0, np.full(7, 9.0)], "2 of 9 points"),
    ],
    ids=["bent the other way", "straight", "one point", "two points"],
)
def test_where_there_is_no_knee_it_says_why(distortion, said):
    assert said in knee(RATE, distortion)
    assert isinstance(knee(np.empty(0), np.empty(0)), str)
