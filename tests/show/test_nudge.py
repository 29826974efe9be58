"""An entry in the hand: L and its slopes follow it, by drag, by key and by number."""

import numpy as np
import pytest

from lvmcalc.chain import Builder, derive
from lvmcalc.show.nudge import Nudge

BILINEAR = derive("L = uᵀ X v", u="m", X="m×n", v="n")
LOG_DET = derive("L = log det C", C="n×n")
POINT, U, V = [[5.0, 1, 4], [2, 6, 3]], [1.0, 2], [3.0, 0, -1]


def bilinear():
    return Nudge(BILINEAR, "X", X=POINT, u=U, v=V)


def drawn(widget, name):
    return np.frombuffer(widget.frame[name], np.float32)


def test_an_entry_that_is_nudged_moves_L_along_its_slope_and_is_told():
    widget = bilinear()
    assert widget.status == ("X₁₁ = 5, L = 17. Its slope there is 3: a nudge of 0.01 changes L by "
                             "about +0.03.")
    widget.nudge((1, 2), 7)
    assert widget.value.tolist() == [[5, 1, 4], [2, 6, 7]]
    assert pytest.approx(np.array(U) @ widget.value @ V) == widget.L
    np.testing.assert_allclose(widget.slopes, np.outer(U, V))
    assert widget.status.startswith("X₂₃ = 7, L = 9. Its slope there is −2: ")
    np.testing.assert_allclose(drawn(widget, "leaf"), widget.value.ravel())
    np.testing.assert_allclose(drawn(widget, "slopes"), np.outer(U, V).ravel())
    assert drawn(widget, "here").tolist() == [7, 9]


def test_the_curve_is_the_value_along_the_entry_and_the_line_has_its_slope():
    C = np.array([[2.0, 1], [5, 3]])
    widget = Nudge(LOG_DET, "C", C=C).nudge((0, 1), 0.5)
    places, values = drawn(widget, "along").reshape(2, -1)
    moved = [np.log(np.linalg.det([[2, place], [5, 3]])) for place in places]
    np.testing.assert_allclose(values, moved, rtol=1e-3, atol=1e-4)
    assert places.max() < 1.2  # beyond, the determinant is negative
    assert len(places) > 20
    (left, right), (low, high) = drawn(widget, "line").reshape(2, 2)
    assert (high - low) / (right - left) == pytest.approx(-5 / 3.5, rel=1e-4)


def test_where_L_has_no_value_the_entry_stays_and_the_words_say_so():
    widget = Nudge(LOG_DET, "C", C=[[2, 1], [5, 3]])
    widget._heard({"choose": 1})
    widget._heard({"nudge": 1.3})
    assert widget.value[0, 1] == 1
    assert widget.status.startswith("It stays where it is: there, L has no value. C₁₂ = 1, L = 0. ")
    widget._heard({"nudge": 1.1})
    assert widget.value[0, 1] == 1.1
    assert widget.status.startswith("C₁₂ = 1.1, ")


def test_hand_keys_and_controls_do_the_same():
    widget = bilinear()
    for message in ({"turn": -1}, {"by": 1}, {"by": 1}):  # keys: from the first to the last
        widget._heard(message)
    assert widget.value[1, 2] == pytest.approx(3.2)
    assert dict(widget.controls.entry.options)["X₂₃"] == (1, 2) == widget.controls.entry.value
    widget._heard({"choose": 1})
    widget._heard({"nudge": 2.5})
    widget._heard({"set": "entry", "value": 3})
    widget._heard({"set": "to", "value": -1})
    assert widget.value.tolist() == [[5, 2.5, 4], [-1, 6, pytest.approx(3.2)]]
    assert widget.values["to"][0] == -1
    widget._heard({"set": "reset", "value": True})
    assert widget.value.tolist() == POINT
    fresh = bilinear()
    fresh.controls.entry.value = widget.controls.entry.value
    assert widget.frame == fresh.frame, "nothing is left in the picture of what was before"


def test_far_from_where_it_began_the_axes_follow():
    widget = bilinear().nudge((0, 0), 100)
    places, _ = drawn(widget, "along").reshape(2, -1)
    assert places.min() < 100 < places.max()


def test_two_entries_of_a_symmetric_matrix_move_together_with_their_common_slope():
    S, = LOG_DET.symbols("C")
    build = Builder("log det", S, symmetric=("C",))
    build("L", "logarithm", build("b", "determinant", S))
    C = np.array([[2.0, 0.5], [0.5, 1]])
    widget = Nudge(build.chain(), "C", C=C).nudge((0, 1), 0.7)
    assert widget.value.tolist() == [[2, 0.7], [0.7, 1]]
    assert "C₁₂ = C₂₁ = 0.7, " in widget.status
    (left, right), (low, high) = drawn(widget, "line").reshape(2, 2)
    assert (high - low) / (right - left) == pytest.approx(-2 * 0.7 / (2 - 0.49), rel=1e-4)
    widget.controls.entry.value = (0, 0)  # which has no partner
    assert drawn(widget, "chosen").tolist() == [0]
    (left, right), (low, high) = drawn(widget, "line").reshape(2, 2)
    assert (high - low) / (right - left) == pytest.approx(1 / (2 - 0.49), rel=1e-4)
    assert (low + high) / 2 == pytest.approx(widget.L, rel=1e-4)


def test_a_number_and_a_vector_can_be_nudged_and_a_still_picture_drawn():
    number = Nudge(derive("L = a² + 3 a", a="scalar"), "a", a=2).nudge((), 3)
    assert number.status.startswith("a = 3, L = 18. Its slope there is 9: ")
    vector = Nudge(BILINEAR, "u", X=POINT, u=U, v=V).nudge((1, 0), 0)
    assert vector.status.startswith("u₂₁ = 0, L = 11. ")
    assert number.still().png(1)[:4] == vector.still().png(1)[:4] == b"\x89PNG"


@pytest.mark.parametrize(("call", "kind", "sentence"), [
    (lambda: Nudge(BILINEAR, "X", u=U, v=V), TypeError, "X needs a value to start from."),
    (lambda: Nudge(BILINEAR, "X", X=POINT, u=U), TypeError, "needs a value of each leaf"),
    (lambda: Nudge(BILINEAR, "Z", Z=POINT, u=U, v=V), ValueError, "There is no leaf .Z."),
    (lambda: Nudge(LOG_DET, "C", C=np.eye(9)), ValueError,
     "C has 81 entries, but at most 64 can be seen."),
    (lambda: Nudge(BILINEAR, "X", X=POINT, u=[1, 2, 3], v=V), ValueError,
     "X must have shape m×n, here 3×any, not 2×3"),
    (lambda: bilinear().nudge((0, 9), 1), ValueError, "entry has no option")])
def test_a_bad_argument_gets_one_sentence(call, kind, sentence):
    with pytest.raises(kind, match=sentence):
        call()
