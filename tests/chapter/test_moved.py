"""Images that are moved, as chapter 5 shows them to two networks: where they go, and what is asked, drawn and told."""

import numpy as np
import pytest
from matplotlib import pyplot as plt

from mlp_core import Split
from report.chapter import convolution
from report.chapter.convolution.moved import STAY, told

COLUMNS = {
    "network": ["mlp 8", "cnn 2-3"], "learning_rate": [0.1], "momentum": [0.0], "batch_size": [10],
    "weight_decay": [0.0], "dropout": [0.0], "initializer": ["glorot_uniform"], "centered": [False, True],
    "epochs": [1],
}  # fmt: skip


@pytest.fixture
def valid():
    rng = np.random.default_rng(0)
    return Split(rng.uniform(size=(30, 784)), rng.integers(10, size=30))


@pytest.fixture
def pair(valid):
    runs = {}
    for recipe in convolution.recipes(**COLUMNS):
        run = runs[recipe.label] = convolution.Run(recipe)
        for seed in (0, 1):
            network = recipe.build(seed, "float64")
            run.networks.append(network)
            run.misses.append(network.predict(recipe.see(valid).images) != valid.labels)
    return convolution.kinds(runs)[0]


@pytest.fixture
def mover(pair, valid):
    yield convolution.Mover(pair, valid, [*"ABCDEFGHIJ"])
    plt.close("all")


def test_pixels_move_and_zeros_come_in():
    images = np.random.default_rng(0).uniform(size=(2, 784))
    squares, moved = images.reshape(2, 28, 28), convolution.move(images, right=3, down=-2).reshape(2, 28, 28)
    assert np.array_equal(moved[:, :-2, 3:], squares[:, 2:, :-3])
    assert not moved[:, -2:].any()
    assert not moved[:, :, :3].any()
    assert np.array_equal(convolution.move(images), images)


def test_a_quarter_turn_to_the_left_is_one():
    images = np.random.default_rng(0).uniform(size=(2, 784))
    turned = convolution.move(images, left_turn=90).reshape(2, 28, 28)
    assert turned == pytest.approx(np.rot90(images.reshape(2, 28, 28), axes=(1, 2)), abs=1e-9)


def test_all_networks_answer_to_the_moved_images_as_they_see_them(pair, valid):
    moved = convolution.moved_pair(pair, valid, right=2, left_turn=10)
    images = convolution.move(valid.images, right=2, left_turn=10)
    for run, seen in ((moved.first, 2 * images - 1), (moved.second, images)):
        expected = [network.predict(seen) != valid.labels for network in run.networks]
        assert np.array_equal(run.misses, expected)
    assert (moved.name, moved.other) == (pair.name, pair.other)


def test_a_drift_is_the_error_on_moved_images_less_that_on_images_that_stay(pair, valid):
    moved = convolution.moved_pair(pair, valid, down=9)
    for drift, one, was in zip(
        convolution.drifts(moved, pair), (moved.first, moved.second), (pair.first, pair.second), strict=True
    ):
        assert drift.found.difference == pytest.approx(np.mean(one.misses) - np.mean(was.misses))


def test_the_first_image_is_one_that_both_networks_know(mover):
    mover.pair.first.misses[0] = np.array([True, True, False, False, False])
    mover.pair.second.misses[0] = np.array([False, True, True, False, False])
    assert mover.known == 3


def test_without_such_an_image_it_is_the_first_of_all(mover):
    mover.pair.first.misses[0][:] = True
    assert mover.known == 0


def test_drawn_are_the_image_and_what_the_networks_give(mover):
    pairs = mover.draw(STAY, (2, 1, -10), image=3)
    picture, given = mover.ask(3, (2, 1, -10))
    assert np.array_equal(picture, convolution.move(mover.images.images[[3]], 2, 1, -10)[0])
    assert np.array_equal(pairs[1, 0].images[0].get_array(), picture.reshape(28, 28))
    assert [bar.get_height() for bar in pairs[1, 1].patches] == pytest.approx(given.ravel())
    assert given.sum(axis=1) == pytest.approx([1, 1])
    assert pairs[0, 0].get_title() == f"{mover._name(3)}, as it is"


def test_a_move_of_the_readers_own_is_drawn_and_told(mover):
    said = mover.explain(image=3, right=-1, down=0, left_turn=5)
    given = mover.ask(3, (-1, 0, 5))[1]
    names = ["ABCDEFGHIJ"[one.argmax()] for one in given]
    assert said.startswith(f"Class {mover._name(3)}, turned 5 degrees to the left and 1 pixel to the left: ")
    assert [part.split(" takes it for ")[1][0] for part in said.split(": ")[1].split(", ")] == names
    assert len(plt.gcf().axes) == 2


def test_moves_are_told():
    assert told((0, -3, 0)) == "3 pixels up"
