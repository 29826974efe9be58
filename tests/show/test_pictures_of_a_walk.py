"""What the pictures and the cards of a walk say is what its title names."""

import numpy as np
import pytest
from live_widgets import numbers
from pictures import AUTOENCODER, W, X

from lvmcalc import notation
from lvmcalc.chain import Card
from lvmcalc.show import StageWalk


class TestWalk:
    @staticmethod
    def shown(walk):
        return {panel["title"]: numbers(walk.view, name, panel["shape"][1]) for name, panel in
                walk.view.scene["panels"].items() if name.startswith("heat")}

    @pytest.mark.parametrize("path", ["g", "h"])
    def test_the_heat_map_of_a_path_is_what_that_path_contributes_and_not_the_sum(self, path):
        walk = StageWalk(AUTOENCODER, W=W, x=X)
        walk.go(walk.stages.index(("W", path)))
        c = W.T @ W @ X - X
        parts = {"g": W @ X @ c.T, "h": W @ c @ X.T}
        found = self.shown(walk)
        # the adjoint of a use is what its path contributes
        arriving, one, whole = (found[f"∂L/∂{path}, m×n"], found[f"∂L/∂W, path {path}, m×n"],
                                found["∂L/∂W, all paths, m×n"])
        np.testing.assert_allclose(arriving, parts[path], rtol=1e-5)
        np.testing.assert_allclose(one, parts[path], rtol=1e-5)
        np.testing.assert_allclose(whole, parts["g"] + parts["h"], rtol=1e-5)

    def test_forwards_each_heat_map_is_the_value_that_its_title_names(self):
        walk = StageWalk(AUTOENCODER, "forwards", W=W, x=X)
        e, values = W @ X, {"W, m×n": W, "x, n×S": X, "h, m×n": W, "g, m×n": W, "f, n×m": W.T,
                            "e, m×S": W @ X, "d, n×S": W.T @ W @ X, "c, n×S": W.T @ W @ X - X}
        assert e.shape == (2, 2)
        for place, name in enumerate(walk.stages):
            walk.go(place)
            found = self.shown(walk)
            for title, matrix in found.items():
                if title in values:
                    np.testing.assert_allclose(matrix, values[title], rtol=1e-5)
            assert [title[0] for title in found] == [*AUTOENCODER[name].parents, name]
            assert len(found) > 1

    def test_each_stage_is_offered_by_its_number_and_a_forward_card_names_rule_and_source(self):
        walk = StageWalk(AUTOENCODER, "forwards", W=W, x=X)
        for place, ((words, value), name) in enumerate(
                zip(walk.jump.options, walk.stages, strict=True)):
            assert (words, value) == (f"{place + 1}: {name}", place)
        parent, node = StageWalk(AUTOENCODER, W=W, x=X).stages[0]
        assert StageWalk(AUTOENCODER, W=W, x=X).jump.options[0][0] == f"1: {node} → {parent}"
        assert f"W is 2×3 with norm {np.linalg.norm(W):.4g}" in walk.status
        node = AUTOENCODER[walk.go(2).stage]
        assert walk.status.startswith(f"Stage 3 of {len(walk.stages)}, forwards: {node.name}. ")
        for told in (f"{node.rule.name} ({node.rule.source})", notation.shape(node.symbol)):
            assert f"<td>{told}</td>" in walk._card.value

    def test_backwards_each_heat_map_is_the_adjoint_that_its_title_names(self):
        walk, c = StageWalk(AUTOENCODER, W=W, x=X), W.T @ W @ X - X
        adjoints = {"c": c, "d": c, "f": c @ (W @ X).T, "e": W @ c, "g": W @ X @ c.T,
                    "h": W @ c @ X.T}
        for place in range(len(walk.stages)):
            walk.go(place)
            for title, matrix in self.shown(walk).items():
                name = title.removeprefix("∂L/∂").split(",")[0]
                if title.startswith("∂L/∂") and name in adjoints:
                    np.testing.assert_allclose(matrix, adjoints[name], rtol=1e-5)

    @pytest.mark.parametrize("spoiled", ["e", "f"])
    def test_each_parent_has_the_evidence_of_its_own_step(self, spoiled):
        edges = AUTOENCODER.edges
        wrong = AUTOENCODER.altered({("d", spoiled): 2 * edges["d", spoiled]})
        for parent in "ef":
            evidence = dict(Card(wrong, parent, "d").cells())["evidence"]
            assert ("refuted" in evidence) == (parent == spoiled)
            assert ("proved" in evidence) == (parent != spoiled)
        row, = (line for line in wrong._repr_markdown_().splitlines() if line.startswith("| $d ="))
        assert row.endswith("refuted |")

    @pytest.mark.parametrize("parent", ["e", "f"])
    def test_a_card_has_what_arrives_and_leaves_on_its_own_lines(self, parent):
        cells = dict(Card(AUTOENCODER, parent, "d").cells())
        assert cells["arriving"].startswith(f"${notation.latex(notation.adjoint_name('L', 'd'))} =")
        assert cells["leaving"].startswith(
            f"${notation.latex(notation.adjoint_name('L', parent))} =")
        assert cells["forward"].replace(" ", "") == "$d=fe$"
        shapes = {"e": "m×S", "f": "n×m"}
        assert cells["shapes"] == f"{parent} is {shapes[parent]}, d is n×S"
