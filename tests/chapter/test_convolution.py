import itertools

import numpy as np
import pytest
from matplotlib import pyplot as plt

from mlp_core import SGD, Split, cnn, train
from report.chapter import convolution
from report.chapter.evidence import Group

SETTINGS = {
    "learning_rate": [0.1], "momentum": [0.9], "batch_size": [10], "weight_decay": [0.0], "dropout": [0.0],
    "initializer": ["he_normal"], "centered": [False], "epochs": [1],
}  # fmt: skip


def plan(*networks, **settings):
    return convolution.recipes(**{"network": list(networks), **SETTINGS, **settings})


@pytest.fixture(scope="module")
def images():
    rng = np.random.default_rng(0)
    return Split(rng.random((40, 784)), np.arange(40) % 10)


@pytest.fixture
def runs(images):
    """Return a function that makes runs, with the given misses of each seed instead of real ones."""

    def make(recipes, misses):
        made = {}
        for recipe, wrong in zip(recipes, misses, strict=True):
            run = made[recipe.label] = convolution.Run(recipe)
            for seed, count in enumerate(wrong):
                network = recipe.build(seed)
                history = train(network, images, valid=images, optimizer=SGD(0.01), epochs=1)
                run.add(network, history, images)
                run.misses[-1] = np.arange(400) < count
        return made

    return make


def test_a_convolution_with_stride_and_padding_is_the_formula_of_the_chapter():
    rng = np.random.default_rng(1)
    layer, x = cnn("ift6135-c", dtype="float64").layers[2], rng.random((1, 16, 28, 28))
    weight, s, p = layer.params["weight"], 2, 2

    def pixel(c, row, column):
        inside = 1 <= row <= 28 and 1 <= column <= 28
        return x[0, c, row - 1, column - 1] if inside else 0.0

    for o, i, j in [(0, 1, 1), (3, 14, 14), (31, 7, 2)]:
        places = itertools.product(range(16), range(1, 6), range(1, 6))
        expected = sum(weight[o, c, u - 1, v - 1] * pixel(c, s * (i - 1) + u - p, s * (j - 1) + v - p)
                       for c, u, v in places)  # fmt: skip
        assert layer.forward(x)[0, o, i - 1, j - 1] == pytest.approx(expected)


@pytest.mark.parametrize(
    ("name", "work"),
    [("mlp 128", 784 * 128 + 1280), ("cnn 6-12", 576 * 150 + 100 * 648 + 3000), ("ift6135-c", 30_951_656)],
)
def test_a_kernel_multiplies_at_every_place_a_dense_weight_once(name, work):
    assert convolution.multiplications(convolution.build(name)) == work


def test_nearly_all_parameters_of_cnn_b_sit_in_one_layer():
    assert convolution.largest_share(convolution.build("ift6135-b")) == pytest.approx(0.9888, abs=5e-5)


def test_dropout_does_not_change_the_weights_of_a_small_network():
    plain, dropping = convolution.build("cnn 4-8", seed=3), convolution.build("cnn 4-8", seed=3, dropout=0.5)
    np.testing.assert_array_equal(plain.params["7.weight"], dropping.params["8.weight"])
    assert type(dropping.layers[7]).__name__ == "Dropout"


def test_an_unknown_network_is_refused():
    with pytest.raises(ValueError, match="expected a network among 'mlp 512-256' or the like.*got 'mlp'"):
        convolution.build("mlp")


def test_every_image_is_permuted_alike(images):
    order = convolution.permute(Split(np.arange(784.0)[None], [0])).images[0].astype(int)
    assert sorted(order) == list(range(784))
    np.testing.assert_array_equal(convolution.permute(images).images, images.images[:, order])


def test_a_recipe_shows_its_network_centered_and_permuted_images(images):
    plain, centered = plan("mlp 4", "cnn 2-2", centered=[False, True])
    assert plain.see(images) is images
    np.testing.assert_array_equal(centered.see(images).images, 2 * images.images - 1)
    again = convolution.again_permuted([centered])[0]
    np.testing.assert_array_equal(again.see(images).images, 2 * convolution.permute(images).images - 1)


def test_runs_get_names_of_their_own():
    made = plan("mlp 4", "cnn 2-2", "mlp 4", "cnn 2-2", "cnn 2-2",
                weight_decay=[0, 0, 0.1, 0, 0], dropout=[0, 0, 0, 0.5, 0.5])  # fmt: skip
    names = ["MLP 4", "CNN 2-2", "MLP 4 + L2", "CNN 2-2 + dropout (4)", "CNN 2-2 + dropout (5)"]
    assert [one.label for one in made] == names
    assert [one.label for one in convolution.again_permuted(made)] == ["MLP 4, permuted", "CNN 2-2, permuted"]


@pytest.mark.parametrize(
    ("networks", "dropout", "said"),
    [
        ([], 0.0, "at least one perceptron and one convolutional network.* got none"),
        (["mlp 4"], 0.0, "at least one perceptron and one convolutional network.* got MLP 4"),
        (["mlp 4", "cnn 2-2"], 0.5, "both without .* got MLP 4 [+] dropout and CNN 2-2 [+] dropout"),
    ],
)
def test_networks_that_leave_nothing_to_compare_are_refused(networks, dropout, said):
    with pytest.raises(ValueError, match=f"networks: expected .*{said}"):
        plan(*networks, dropout=[dropout])


def test_fewer_errors_over_several_seeds_are_better(runs):
    made = runs(plan("mlp 4", "cnn 2-2"), [(100, 102), (40, 41)])
    (pair,) = convolution.kinds(made)
    assert (pair.name, pair.verb, pair.other) == ("CNN 2-2", "is better than", "MLP 4")
    assert pair.found.points == pytest.approx(-15.125)
    assert "CNN 2-2 misclassifies 10.1\xa0% (" in pair.errors


def test_single_networks_are_compared_on_their_images(runs):
    made = runs(plan("mlp 4", "cnn 2-2"), [(20,), (80,)])
    (pair,) = convolution.kinds(made)
    assert (pair.verb, pair.found.points) == ("is worse than", 15)
    assert pair.found.low < 0.15 < pair.found.high
    assert convolution.leaders(made).others == ("CNN 2-2",)


def test_one_seed_and_equal_errors_cannot_be_told_apart(runs):
    (pair,) = convolution.kinds(runs(plan("mlp 4", "cnn 2-2"), [(20,), (20,)]))
    assert (pair.verb, pair.difference) == ("cannot be told apart from", "0.0")


def test_the_leader_stands_with_all_that_cannot_be_told_from_it(runs):
    for seeds in ([0], [0, 1]):
        misses = [errors[: len(seeds)] for errors in ((22, 24), (21, 21), (99, 98))]
        made = runs(plan("mlp 4", "cnn 2-2", "cnn 3-3"), misses)
        group = convolution.leaders(made)
        assert (group.names, group.others) == (("CNN 2-2", "MLP 4"), ("CNN 3-3",))


def test_a_pair_that_is_told_only_by_itself_is_named_as_such(runs):
    made = runs(plan("mlp 4", "cnn 2-2"), [(100, 102), (40, 41)])
    (pair,) = convolution.kinds(made)
    both, one = (Group("CNN 2-2", names, ()) for names in (("CNN 2-2", "MLP 4"), ("CNN 2-2",)))
    assert (convolution.told_alone(pair, both), convolution.told_alone(pair, one)) == (True, False)
    assert not convolution.told_alone(pair, Group("other", ("other", "CNN 2-2", "MLP 4"), ()))


@pytest.mark.parametrize(("most", "said"), [(0, "all images"), (5, "5 images of either kind"),
                                            (50, "10 training images and 50 validation images")])  # fmt: skip
def test_no_more_images_are_measured_than_there_are(most, said):
    assert convolution.measured(most, 10, 1000) == said


def test_many_confusions_are_counted_with_a_mark():
    matrix = np.array([[9, 1649], [0, 9]])
    assert convolution.confusions(matrix, ["a", "b"]) == "The most frequent confusion takes a for b, 1,649 times."


def test_a_remedy_stands_beside_the_same_without(runs):
    recipes = plan("mlp 4", "cnn 2-2", "mlp 4", "cnn 3-2", "cnn 2-2", learning_rate=[0.1, 0.1, 0.1, 0.1, 0.2],
                   weight_decay=[0, 0, 0, 0.1, 0.1], dropout=[0, 0, 0.5, 0, 0])  # fmt: skip
    made = runs(recipes, [(20, 20)] * 5)
    assert [(pair.name, pair.other) for pair in convolution.remedies(made)] == [("MLP 4 + dropout", "MLP 4")]


def test_a_permuted_run_stands_beside_the_one_in_order(runs):
    recipes = plan("mlp 4", "cnn 2-2")
    made = runs([*recipes, *convolution.again_permuted(recipes)], [(40, 42), (20, 22), (40, 42), (100, 103)])
    found = {pair.other: pair.found.verdict for pair in convolution.orders(made)}
    assert found == {"MLP 4": "cannot be told apart", "CNN 2-2": "worse"}
    (pair,) = convolution.kinds(made)
    assert convolution.permuted_pair(made, pair).verb == "is worse than"
    results = convolution.permuted_results(made, pair)
    assert results["permuted_cnn_valid_error"] == pytest.approx(0.25375)
    assert results["permuted_mlp_verdict"] == "cannot be told apart"
    assert convolution.best(made, convolves=True).recipe.label == "CNN 2-2"
    assert list(convolution.result_table(made).index) == ["MLP 4", "CNN 2-2"]
    assert list(convolution.recipe_table(list(run.recipe for run in made.values())).index) == ["MLP 4", "CNN 2-2"]


def test_where_nothing_was_permuted_nothing_is_said_of_it(runs):
    made = runs(plan("mlp 4", "cnn 2-2"), [(40, 42), (20, 22)])
    assert convolution.orders(made) == []
    (pair,) = convolution.kinds(made)
    assert set(convolution.permuted_results(made, pair).values()) == {None}


def test_the_table_of_recipes_shows_what_differs_and_a_sentence_what_does_not():
    recipes = plan("mlp 4", "cnn 2-2", "mlp 4", weight_decay=[0.0, 0.0, 0.01])
    assert list(convolution.recipe_table(recipes)) == ["L2"]
    assert convolution.shared_settings(recipes).endswith("initializer he normal, pixels 0 to 1 and 1 epoch")
    assert len(convolution.recipe_table(recipes[:2]).columns) == 8


def test_fewer_images_are_trained_on_as_long():
    recipe = plan("mlp 4", "cnn 2-2", epochs=[6], batch_size=[32])[0]
    assert [convolution.as_long(recipe, images, 3000).epochs for images in (3000, 1000, 100, 10)] == [6, 18, 141, 564]
    assert convolution.as_long(recipe, 1000, 10).epochs == 1


def test_each_seed_draws_images_of_its_own(images):
    first, second = (convolution.draw(images, 10, seed) for seed in (0, 1))
    assert len({*map(bytes, first.images)}) == len(first) == 10
    assert {*map(bytes, first.images)} != {*map(bytes, second.images)}


def test_curves_say_from_how_many_images_a_network_is_not_worse(runs):
    made = runs(plan("mlp 4", "mlp 9", "cnn 2-2"), [(40, 44), (10, 11), (20, 22)])
    cnn, mlp = convolution.cheapest(made)
    assert (cnn.recipe.label, mlp.recipe.label) == ("CNN 2-2", "MLP 4")
    worse = runs(plan("mlp 4", "cnn 2-2"), [(9, 9), (80, 88)])["CNN 2-2"]
    curve = {400: cnn, 100: worse}
    assert convolution.enough(curve, mlp) == 400
    assert convolution.enough({100: worse}, mlp) is None
    half = runs(plan("mlp 4", "cnn 2-2"), [(9, 9), (40, 44)])["CNN 2-2"]
    assert convolution.power({**curve, 200: half}).value == pytest.approx(-1)
    assert convolution.power(curve) is None, "two points lie on every power"
    ax = convolution.images_figure({"CNN 2-2": curve, "MLP 4": {100: mlp, 400: mlp}})
    assert [label.get_text() for label in ax.get_xticklabels()] == ["100", "400"]
    plt.close(ax.figure)


def test_costs_and_ratios_are_written_for_readers(runs):
    costs = convolution.cost_table(["ift6135-b", "ift6135-b"])
    assert costs.loc["CNN b"].tolist() == ["828,967", "98.9", "1,285,160"]
    row = convolution.pair_table(convolution.kinds(runs(plan("mlp 128", "cnn 6-12"), [(1, 2), (3, 4)]))).loc["CNN 6-12"]
    assert (row["parameters"], row["multiplications"]) == ("× 0.04", "× 1.52")


def test_an_interval_of_errors_stays_within_what_errors_can_be():
    recipe = plan("mlp 4", "cnn 2-2")[0]
    made = convolution.Run(recipe, misses=[np.arange(9) < 1, np.arange(9) < 0])
    assert "(0.0 to" in convolution.shown(made.error)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ([], "There is no mistake at all."),
        ([(0, 1, 1)], "The most frequent confusion takes a for b, once."),
        ([(0, 1, 7), (2, 1, 7)], "The most frequent confusions, 7 times each, take a for b and c for b."),
        ([(0, 1, 1), (1, 0, 1), (2, 1, 1), (1, 2, 1)], "No confusion stands out: 4 of them occur once each."),
    ],
)
def test_tied_confusions_are_all_named(wrong, said):
    matrix = 9 * np.eye(3, dtype=int)
    for true, predicted, count in wrong:
        matrix[true, predicted] = count
    assert convolution.confusions(matrix, ["a", "b", "c"]) == said


@pytest.mark.parametrize(("dead", "said"), [(1, "validation images: 1 of 3."), (3, ": 3 of 3."), (0, "Every kernel")])
def test_silent_kernels_are_counted(dead, said):
    maps = np.ones((5, 3, 2, 2))
    maps[:, :dead] = 0
    assert said in convolution.silence(maps)


def test_first_maps_are_those_after_the_relu(images):
    network = convolution.build("cnn 3-2", dtype="float64")
    maps = convolution.first_maps(network, images.images)
    assert maps.shape == (40, 3, 24, 24)
    assert maps.min() == 0


def test_a_silent_map_is_drawn_as_such(images):
    network = convolution.build("cnn 3-2")
    network.params["0.bias"][1] = -100
    axes = convolution.learned(network, images.images[0])
    assert [ax.get_xlabel() for ax in axes[1]] == ["input", "", "silent", ""]
    plt.close(axes[0, 0].figure)


def test_the_price_is_drawn_for_plain_runs_alone(runs):
    recipes = plan("mlp 4", "cnn 2-2", "cnn 2-2", weight_decay=[0, 0, 0.1])
    ax = convolution.price(runs(recipes, [(20, 20)] * 3))
    assert [text.get_text() for text in ax.texts] == ["MLP 4", "CNN 2-2"]
    plt.close(ax.figure)
