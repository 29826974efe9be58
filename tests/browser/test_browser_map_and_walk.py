"""The map of two weights and the walk along a chain, read off the canvas."""

from itertools import pairwise

import numpy as np
import pytest
from canvas import drawn
from painted import BLUE, GREEN, PURPLE, SKY, VERMILLION, W, X, path_of, scale, text_called

from lvmcalc.models import autoencoder
from lvmcalc.show.two_weights import SAMPLES


@pytest.fixture(scope="module")
def map_log(blank, map_widget):
    return drawn(blank, map_widget)


@pytest.fixture(scope="module")
def map_pixel(map_log):
    """From the weights to pixels, by the place of the shades."""
    shades = map_log["images"][0]
    return lambda w: np.array([shades["x"] + shades["w"] * (w[0] / 1.7 + 1) / 2,
                               shades["y"] + shades["h"] * (1 - w[1] / 1.3) / 2])


class TestTwoWeights:
    def test_the_map_is_the_darker_the_higher_the_loss_at_its_coordinates(self, map_log):
        shades = map_log["images"][0]
        ink = np.reshape(shades["data"], (shades["rows"], shades["columns"], 4))[::6, ::6, 3]
        w1 = np.linspace(-1.7, 1.7, shades["columns"])[::6]
        w2 = np.linspace(1.3, -1.3, shades["rows"])[::6]
        losses = np.array([[autoencoder.loss([[a, b]], SAMPLES) for a in w1] for b in w2])
        assert (np.diff(ink.ravel()[np.argsort(losses, axis=None)]) >= 0).all()

    def test_way_arrows_names_and_axes_stand_where_the_numbers_say(
        self, map_log, map_widget, map_pixel):
        way = path_of(map_log, BLUE, least=3)[0]
        np.testing.assert_allclose(way, [map_pixel(w) for w in map_widget._trail], atol=0.6)
        start = map_pixel(map_widget.W[0])
        factor = np.frombuffer(map_widget.frame["scale"], np.float32).item()
        for key, color in (("g", GREEN), ("h", PURPLE), ("step", SKY)):
            tip = map_pixel(map_widget.W[0] + factor * map_widget.arrows[key][0])
            heads = [path[0] for path in path_of(map_log, color, "fill", least=3)]
            assert min(np.linalg.norm(head - tip) for head in heads) < 1, key
            assert [path for path in path_of(map_log, color, dash=key == "h") if len(path) == 2]
            names = [(text["x"], text["y"]) for text in map_log["texts"] if text["words"] == key]
            # that of the step stands amid its arrow, so that it covers no other
            place, most = (0.45 * start + 0.55 * tip, 1) if key == "step" else (tip, 28)
            assert np.linalg.norm(names - place, axis=1).min() < most, key
            if key != "step":  # on its own side of the sum
                across = map_widget.arrows["step"][0][::-1]  # in pixels, as y goes down there
                name = names[np.linalg.norm(names - place, axis=1).argmin()] - tip
                assert np.sign(across @ name) == np.sign(across @ (tip - start)), key
        assert np.linalg.norm(start - way[-1]) < 1
        for line in path_of(map_log, "#777777"):  # of one loss
            w = (line - map_pixel((0, 0))) / (map_pixel((1, 1)) - map_pixel((0, 0)))
            losses = [autoencoder.loss([at], SAMPLES) for at in w]
            assert np.ptp(losses) < 0.05 * max(losses)
        ring, = (path for path in map_log["paths"] if path["color"] == PURPLE and path["radius"])
        assert ring["at"] == [pytest.approx(map_pixel((0, 0)))]
        assert ring["radius"] == pytest.approx(map_pixel((1, 0))[0] - map_pixel((0, 0))[0])
        best = np.linalg.svd(SAMPLES)[0][:, 0]
        best *= np.sign(best[0])
        for name, at in (("w*", 0.8 * best), ("−w*", -0.8 * best)):
            np.testing.assert_allclose(text_called(map_log, name), map_pixel(at), atol=0.6)
        marks = [np.mean(path["at"], axis=0) for path in map_log["paths"]
                 if path["act"] == "fill" and path["color"] == "#c44e00"]
        for mark in (best, -best, 0 * best):
            assert np.linalg.norm(marks - map_pixel(mark), axis=1).min() < 1.5
        left, low = map_pixel((-1.7, -1.3))
        (x, y), (u, v) = (text_called(map_log, words) for words in (
            f"w₁; arrows drawn × {factor:.1f}", "w₂"))
        assert y > low
        assert abs(x - map_pixel((0, 0))[0]) < 1
        assert u < left
        assert abs(v - map_pixel((0, 0))[1]) < 1


    def test_a_click_on_the_map_is_told_at_its_weights(self, blank, map_widget, map_pixel):
        drawn(blank, map_widget)
        at = map_pixel((0.5, -0.75)).tolist()
        picked = blank.evaluate("at => it.lvm.under(seen(at)).pick", at)
        assert picked == pytest.approx([0.5, -0.75], abs=0.01)


@pytest.fixture(scope="module")
def walk_log(blank, walk):
    return drawn(blank, walk.view)


class TestWalk:
    def test_each_arrow_of_the_graph_leads_between_the_nodes_of_its_edge_in_its_colour(
        self, walk_log, walk):
        told = walk.view.scene["panels"]["graph"]["nodes"]
        nodes = {name: text_called(walk_log, name) for name in told}
        for key, place, sign in (("x", 0, 1), ("y", 1, -1)):
            assert sign * scale([node[key] for node in told.values()],
                                [at[place] for at in nodes.values()])[0] > 0
        for name, node in told.items():
            form, = (path for path in walk_log["paths"] if path["act"] == "fill"
                     and len(path["at"]) in (1, 4)
                     and np.linalg.norm(np.mean(path["at"], axis=0) - nodes[name]) < 1)
            assert (len(form["at"]) == 4) == node["leaf"]
            assert form["color"] == (node["fill"].lower() or "#ffffff")
            edge, = (path for path in walk_log["paths"] if path["act"] == "stroke"
                     and path["at"] == form["at"])
            assert (edge["color"], edge["dash"]) == (node["color"].lower(), node["dash"] != "-")
            below = [text["words"] for text in walk_log["texts"] if abs(
                text["x"] - nodes[name][0]) < 1 and 10 < text["y"] - nodes[name][1] < 35]
            assert below == [node["shape"]], name

        def nearest(at):
            return min(nodes, key=lambda name: np.linalg.norm(nodes[name] - at))

        shafts = [path for path in walk_log["paths"]
                  if path["act"] == "stroke" and len(path["at"]) == 2]
        t = np.linspace(0, 1, 30)[:, None]
        for (start, end), by in ((path["at"], np.array(path["by"])) for path in shafts):
            way = (1 - t) ** 2 * start + 2 * t * (1 - t) * by + t**2 * end
            over = {name for name, at in nodes.items()
                    if np.linalg.norm(way - at, axis=1).min() < 17}
            assert over <= {nearest(start), nearest(end)}, "an arrow runs over a node"
        found = {(nearest(path["at"][0]), nearest(path["at"][1])): (path["color"], path["dash"])
                 for path in shafts}
        paths = {("W", "g"): (GREEN, False), ("g", "f"): (GREEN, False), ("f", "d"): (GREEN, False),
                 ("h", "e"): (PURPLE, True), ("e", "d"): (PURPLE, True),
                 ("h", "W"): (VERMILLION, True)}  # the step backwards
        edges = {(used, node) for node, used in walk.chain.edges} - {("W", "h")} | {("h", "W")}
        assert found == {edge: paths.get(edge, ("#222222", False)) for edge in edges}

    def test_a_click_on_a_node_chooses_that_node(self, blank, walk):
        log, names = drawn(blank, walk.view), [*walk.view.scene["panels"]["graph"]["nodes"]]
        places = [text_called(log, name).tolist() for name in names]
        assert blank.evaluate("places => places.map(at => it.lvm.under(seen(at)).choose)",
                             places) == names

    def test_its_keys_stand_beside_its_buttons(self, blank, walk):
        drawn(blank, walk.view)
        assert blank.evaluate("it.querySelector('.lvm-bar .lvm-keys').textContent") == (
            "→ next · ← back")

    def test_what_is_positive_is_red_what_is_negative_blue_and_numbers_stand_in_their_cells(
        self, walk_log, walk):
        c = W.T @ W @ X - X
        path, whole = W @ c @ X.T, W @ (X @ c.T + c @ X.T)
        titles = sorted((text for text in walk_log["texts"] if text["words"].startswith("∂L/∂W")
                         or text["words"].startswith("∂L/∂h")), key=lambda text: text["x"])
        assert [text["words"].rpartition(",")[0] for text in titles] == [
            "∂L/∂h", "∂L/∂W, path h", "∂L/∂W, all paths"]
        assert all(one["x"] < other["x"] for one, other in pairwise(walk_log["images"]))
        for image, matrix in zip(walk_log["images"], (path, path, whole), strict=True):
            pixels = np.reshape(image["data"], (image["rows"], image["columns"], 4))
            assert pixels.shape[:2] == matrix.shape
            np.testing.assert_array_equal(pixels[..., 0] > pixels[..., 2], matrix > 0)
            order = np.argsort(np.abs(matrix), axis=None)
            assert (np.diff(pixels[..., 3].ravel()[order]) >= 0).all()
            for (i, j), value in np.ndenumerate(matrix):
                at = np.array([image["x"] + image["w"] * (j + 0.5) / matrix.shape[1],
                               image["y"] + image["h"] * (i + 0.5) / matrix.shape[0]])
                near = [text["words"] for text in walk_log["texts"]
                        if np.hypot(text["x"] - at[0], text["y"] - at[1]) < 1]
                assert [float(words.replace("−", "-").replace(",", "")) for words in near] == (
                    [pytest.approx(value, rel=0.006)] if near else [])

    def test_on_dark_paper_too_positive_is_red_and_negative_blue(self, blank, walk):
        image, c = drawn(blank, walk.view, "color: #eee; background: #111")["images"][-1], (
            W.T @ W @ X - X)
        pixels = np.reshape(image["data"], (*W.shape, 4))
        np.testing.assert_array_equal(pixels[..., 0] > pixels[..., 2],
                                      W @ (X @ c.T + c @ X.T) > 0)
