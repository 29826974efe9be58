"""Letters of one's own, conditions and what follows from a line in a derivation."""

import pytest

from lvmcalc import audit, derive

RIDGE = derive("½‖A w − y‖² + λ/2 wᵀw", A="N×D", w="D×1", y="N×1", λ="scalar")
SQUARES = derive("½‖X W − Y‖²", X="N×D", W="D×K", Y="N×K")
PROCESS = derive("½ yᵀ(K + σ I)⁻¹ y + ½ log|K + σ I|", y="N", K="symmetric N×N", σ="positive")
RATIO = derive("wᵀB w / (wᵀS w)", w="D", B="symmetric D×D", S="symmetric D×D")
DEEP = derive("½‖W (V x) − y‖²", W="K×M", V="M×D", x="D", y="K")


def statuses(text: str, of: object) -> list[str]:
    return [line.status for line in audit(text, of).lines]


@pytest.mark.parametrize(("text", "of", "expected"), [
    ("Let C = K + σ I and a = C⁻¹y\nd(yᵀC⁻¹y) = −aᵀ dC a\n∂L/∂y = a", PROCESS,
     ["definition", "definition", "proved", "proved"]),
    ("h = V x, e = W h − y\n∂L/∂e = e\n∂L/∂h = Wᵀe", DEEP,
     ["definition", "definition", "proved", "proved"]),
    ("e = W V x − y\nδ_h = W e\n∂L/∂V = δ_h xᵀ", DEEP, ["definition", "refuted", "follows"]),
    ("n = wᵀB w, m = wᵀS w\ndL = dn/m + n dm/m²\n∂L/∂w = 2B w/m + 2n/m² S w", RATIO,
     ["definition", "definition", "refuted", "follows"]),
    ("dK = dα X Xᵀ\n∂K/∂α = X Xᵀ\n∂K/∂β = I", "gplvm", ["proved", "proved", "refuted"]),
    ("L = −½ tr(K⁻¹Y Yᵀ) + const.\nL = tr(K⁻¹Y Yᵀ) + const", "gplvm.trace",
     ["proved", "refuted"]),
    ("By Jacobi's formula, d|K| = |K| tr(K⁻¹dK)", "gplvm", ["proved"]),
    (r"\text{Let } E &= W^T W x - x \\ \frac{\partial L}{\partial E} &= E", "autoencoder",
     ["definition", "proved"])])
def test_right_lines_in_letters_of_ones_own_are_right(text: str, of: object,
                                                      expected: list[str]) -> None:
    assert statuses(text, of) == expected, str(audit(text, of))


INVERSE = "Let P = K⁻¹ and M = Y Yᵀ\n∂L/∂P = D/2 P⁻¹ − ½ M\n∂L/∂K = −P ∂L/∂P P"


@pytest.mark.parametrize(("text", "of", "expected"), [
    (INVERSE, "gplvm", [None, None, None, None]),
    (INVERSE.replace("−P ∂", "P ∂") + "\n∂L/∂K = D/2 P − ½ P M P", "gplvm",
     [None, None, None, 0, 3]),
    ("B = X Xᵀ\n∂L/∂B = ∂L/∂K\n∂L/∂X = 2 ∂L/∂B X\n∂L/∂X = −D K⁻¹ X", "gplvm.log_det",
     [None, 0, None, 2]),
    ("∂K/∂β = β⁻² I\n∂L/∂β = tr(∂L/∂K)/β²", "gplvm", [0, 1]),
    ("∂L/∂K = −D/2 K⁻¹ + ½ K⁻¹Y Yᵀ\n∂L/∂X = 2α ∂L/∂K X\n∂L/∂X = α(K⁻¹Y Yᵀ − D K⁻¹)X", "gplvm",
     [0, None, 1]),
    ("f(w) = (A w − y)ᵀ(A w − y)/2 + λ/2 wᵀw\n = ½ wᵀAᵀA w − ½ yᵀA w + ½ yᵀy + λ/2 wᵀw\n"
     "∂f/∂w = AᵀA w − ½ Aᵀy + λ w", RIDGE, [None, 0, 2])])
def test_a_slip_goes_through_letters_and_through_what_right_lines_say(
        text: str, of: object, expected: list) -> None:
    found = audit(text, of).lines
    assert [line.follows.line if line.follows else (0 if line.status == "refuted" else None)
            for line in found] == expected, found


CODED = derive("½‖X − X W Wᵀ‖²", X="N×D", W="D×Q")


@pytest.mark.parametrize(("text", "of", "expected"), [
    ("∂L/∂W = X (X W − Y)\n∂L/∂W = X E, where E = X W − Y", SQUARES, [0, 1, None]),
    ("dL = tr(Eᵀ dX W) with E = X W − Y\n = tr(Wᵀ Eᵀ dX)\n∂L/∂X = E W", SQUARES,
     [None, None, 0, 2]),
    ("∂K/∂α = Xᵀ X\n∂L/∂α = tr(∂L/∂K Xᵀ X)", "gplvm", [0, 1]),
    ("∂L/∂W = X (X W − Y)\n∂L/∂X = W (X W − Y)", SQUARES, [0, 0]),
    ("Z = X W\nP = Z Wᵀ\n∂L/∂Z = (P − X) Wᵀ\n∂L/∂Z = (P − X) W", CODED,
     [None, None, 0, None])])
def test_what_follows_from_a_line_that_cannot_be_formed_is_told(text: str, of: object,
                                                                expected: list) -> None:
    found = audit(text, of).lines
    assert [line.follows.line if line.follows else (0 if line.status == "refuted" else None)
            for line in found] == expected, found


def test_the_echo_has_the_letters_of_the_line_and_unread_lines_are_not_counted() -> None:
    found = audit("K = αXXᵀ + β⁻¹I\n∂L/∂K = −D/2 K⁻¹\n∂L/∂c = −D/2 c⁻¹\nfoo", "gplvm.log_det")
    assert [line.plain for line in found.lines] == [
        "K = (1/β) I + α X Xᵀ", "∂L₁/∂K = -(D/2) K⁻¹", "∂L₁/∂c = -(D/2) c⁻¹", ""]
    assert found.summary == "Line 4 cannot be read. The other 3 lines are right."
    assert "1 of the other 2 lines is right." in audit(
        "foo\n∂L/∂d = ∂L/∂c\n∂L/∂e = 2", "gplvm.log_det").summary


TWO = derive("½‖D x − b‖² + μ/2 ‖x − z‖²", D="M×N", x="N", b="M", z="N", μ="positive")


@pytest.mark.parametrize(("text", "expected"), [
    ("∇L = DᵀD x − Dᵀb + μ x − μ z\nSet ∇L = 0: (DᵀD + μ I) x = Dᵀb + μ z",
     ["proved", "words", "numeric"]),
    ("∇L = DᵀD x − Dᵀb", ["unreadable"]),
    ("At the minimum (DᵀD + μ I) x = Dᵀb + μ z", ["numeric"])])
def test_a_gradient_without_its_letter_is_that_which_it_is_equal_to(text: str,
                                                                    expected: list[str]) -> None:
    assert statuses(text, TWO) == expected, str(audit(text, TWO))
