"""Answers that are spoken: read word by word, or unreadable."""

from tables import over

from lvmcalc import derive, mark

SOFTMAX = derive("1ᵀ log(exp(X W) 1) − tr(Yᵀ X W)", X="N×D", W="D×C", Y="N×C")
FACTOR = derive("‖R − U Vᵀ‖² + λ (‖U‖² + ‖V‖²)", R="N×M", U="N×k", V="M×k", λ="positive")
NET = derive("½‖B tanh(A X) − Y‖²", A="H×D", B="C×H", X="D×N", Y="C×N")
LOGISTIC = derive("1ᵀ log(1 + exp(X w)) − yᵀ X w + λ/2 ‖w‖²", X="N×D", w="D", y="N",
                  λ="positive")
SQUARES = derive("½‖A w − y + b‖²", A="N×D", w="D", y="N", b="N")
RIDGE = derive("½‖A w − y‖²", A="N×D", w="D", y="N")
NEGATIVE = derive("−½‖A w − y + b‖²", A="N×D", w="D", y="N", b="N")
SCALED = derive("λ/2 ‖W x‖²", W="N×D", x="D", λ="positive")
GAUSS = derive("N/2 log|Σ| + ½ tr(Zᵀ Σ⁻¹ Z)", Σ="symmetric D×D", Z="D×N")


@over(("answer", "of", "wrt", "wrong"), [
    ("The gradient with respect to Y is minus K inverse times Y.", "gplvm", "Y", ("minus ", "")),
    ("minus the inverse of K times Y", "gplvm", "Y", ("minus", "twice")),
    ("α times (K⁻¹YYᵀ − D I)K⁻¹X", "gplvm", "X", ("α times ", "the transpose of α")),
    ("one over two beta squared times (D times the trace of K inverse minus the trace of "
     "K inverse Y Y transpose K inverse)", "gplvm", "beta", ("D times ", "")),
    ("The gradient is c itself.", "autoencoder", "c", ("c itself", "minus c itself")),
    ("The derivative of one half the squared norm of c is c.", "autoencoder", "c",
     ("is ", "is 2 ")),
    ("Since the loss is half the squared norm of c, its gradient with respect to c is c.",
     "autoencoder", "c", ("is c", "is 2c")),
    ("minus the product of X and W", SOFTMAX, "Y", ("minus ", "")),
    ("X transpose times (softmax of X W, row by row, minus Y)", SOFTMAX, "W", ("minus", "plus")),
    ("∂L/∂W = $X^T$ times (P minus Y), where P is the softmax of $XW$, row by row", SOFTMAX, "W",
     ("minus", "plus")),
    ("It is the sum of the squared Frobenius norms of U and V.", FACTOR, "lambda", ("It", "It")),
    ("twice lambda U minus two times (R minus U V transpose) times V", FACTOR, "U",
     ("twice lambda", "lambda")),
    ("It is minus the residual, i.e. Y − B tanh(AX).", NET, "Y", ("i.e. Y", "i.e. 2Y")),
    ("B transpose times (B times tanh of A X minus Y), elementwise times "
     "(one minus the square of tanh of A X)", NET, "e", ("one minus", "minus")),
    # a noun in front of the formula that it names
    ("A transpose times the residual A w minus y", RIDGE, "w", ("A w minus y", "y minus A w")),
    ("Minus two times the residual R − UVᵀ times V, plus 2λU.", FACTOR, "U",
     ("plus 2λU", "plus λU")),
    ("minus two times the transposed residual (R - UV^T)^T times U, plus 2 lambda V", FACTOR, "V",
     ("plus 2 lambda", "plus lambda")),
    ("Twice the residual: 2(R − UVᵀ).", FACTOR, "R", ("R − UVᵀ", "R + UVᵀ")),
    ("2(R − UVᵀ), twice the residual.", FACTOR, "R", ("R − UVᵀ", "R + UVᵀ")),
    ("Y minus the prediction B tanh(AX).", NET, "Y", ("Y minus", "2 Y minus")),
    ("Softmax of each row of XW, minus Y.", SOFTMAX, "e", ("minus", "plus")),
    ("It is X transpose times (softmax(XW) minus Y), with the softmax taken along each row.",
     SOFTMAX, "W", ("minus", "plus")),
    # words in front of it
    ("Y only appears in the linear term, so the derivative with respect to Y is -X W.", SOFTMAX,
     "Y", ("-X W", "X W")),
    ("To get the derivative with respect to e, multiply the residual by W from the left: "
     "W(WᵀWx − x).", "autoencoder", "e", ("x − x", "x + x")),
    ("(B tanh of A X, elementwise, minus Y) times tanh of A X transpose", NET, "B",
     ("minus", "plus")),
    ("one half Z times Z transpose", GAUSS, "r", ("one half", "twice")),
    ("X transpose times (sigmoid of X w minus y) plus lambda times w", LOGISTIC, "w",
     ("plus", "minus")),
    ("X transpose times the quantity sigmoid of X w minus y, plus lambda times w", LOGISTIC, "w",
     ("plus", "minus")),
    ("The gradient with respect to Y is the transpose of −YᵀK⁻¹.", "gplvm", "Y", ("−", "")),
    ("The gradient is the opposite of K⁻¹Y.", "gplvm", "Y", ("opposite", "transpose")),
    ("Xᵀ(P − Y), where P is the softmax of XW taken over each row", SOFTMAX, "W", ("−", "+")),
    ("It is the negative residual, −(A w − y + b)", NEGATIVE, "b", ("w −", "w +")),
    ("half the scatter matrix, ½ZZᵀ", GAUSS, "r", ("½ZZᵀ", "½ZZᵀZZᵀ")),
    ("just the residual, WᵀWx − x", "autoencoder", "c", ("− x", "+ x")),
    ("c (= WᵀWx − x)", "autoencoder", "c", ("− x", "+ x")),
    ("∂L/∂e = W·c, i.e. W(WᵀWx − x)", "autoencoder", "e", ("i.e. ", "i.e. 2")),
    ("W c, which simplifies to W(WᵀWx − x)", "autoencoder", "e", ("W c", "2 W c")),
    ("W c xᵀ (from the encoder) plus W x cᵀ (from the decoder)", "autoencoder", "W",
     ("plus", "minus")),
    ("The gradient is the error B tanh(AX) − Y times the transposed hidden activations tanh(AX)ᵀ.",
     NET, "B", ("− Y", "− 2Y")),
    # letters that are defined in words, or in front
    ("The gradient is X transpose times the difference between the row-wise softmax of XW and Y.",
     SOFTMAX, "W", ("is X", "is minus X")),
    ("With E = R − UVᵀ, the gradient is minus two E transpose U plus two lambda V.", FACTOR, "V",
     ("minus two", "two")),
    ("Writing V for Wᵀ and P for the row-wise softmax of XW, the gradient is (P − Y)V.", SOFTMAX,
     "X", ("P − Y", "P + Y")),
    ("Write Λ for the inverse of Σ: the gradient is N/2 Λ − ½ Λ Z Zᵀ Λ.", GAUSS, "Σ",
     ("Λ − ½", "Λ + ½")),
    ("α(M Y Yᵀ M − D M)X, where M is the inverse of the kernel matrix K", "gplvm", "X",
     ("M − D", "M + D")),
    ("one half of the squared length of W x", SCALED, "lambda", ("one half of", "twice")),
    ("The decoder contributes Wxcᵀ and the encoder contributes Wcxᵀ; the gradient is their sum.",
     "autoencoder", "W", ("utes Wc", "utes −Wc")),
    ("The gradient for the output weights is (B tanh(AX) − Y) times tanh(AX)ᵀ", NET, "B",
     ("− Y", "+ Y"))])
def test_a_spoken_formula_is_read(answer: str, of: object, wrt: str,
                                  wrong: tuple[str, str]) -> None:
    found = mark(answer, of, wrt)
    assert found.right, str(found)
    assert "Read as " in found.remark
    other = answer.replace(*wrong)
    assert other == answer or mark(other, of, wrt).status == "refuted"


GOOD = "X transpose times (softmax of X W, row by row, minus Y)"


@over("answer", [*(frame.format(GOOD) for frame in (
    "about {}", "not {}", "{} up to a constant", "{}, transposed", "{} roughly", "the {}",
    "the derivative of {}", "The gradient of minus the loss is {}", "Is it {}?",
    "The gradient of half the loss is {}", "∂L/∂W is not {}", "It is not {}", "{}, i.e. not zero",
    "The gradient with respect to the transpose of W is {}", "∂L/∂X is {}", "{} and Y",
    "twice the residual, i.e. {}", "half the residual, {}", "minus the residual, {}",
    "minus the gradient, i.e. {}", "If Y is zero, it is {}")),
    "X transpose times (softmax of X W, roughly, minus Y)", "the transpose of the gradient",
    "minus the loss", "X transpose times the residual", "X transpose times (the estimate minus Y)",
    "the error times X", "X transposes times Y", "X transpose time Y", "ex transpose times Y",
    "X transpose times (softmax of X W, column by column, minus Y)",
    "X transpose times ((softmax of X W minus Y)", "X transpose times softmax of X W minus Y)",
    "X's transpose times Y", "X transpose times e.g. Y", "times X transpose",
    "X transpose times", "W plus minus W",
    "the the X transpose times Y", "of X times Y", "X transpose times Y, Y", "softmax X W minus Y",
    "one third of W", "the average of W and W", "W to the power two", "W minus Y, times W",
    "the norm of W minus that of X"])
def test_what_is_said_otherwise_is_unreadable(answer: str) -> None:
    assert mark(answer, SOFTMAX, "W").status == "unreadable"


@over(("answer", "of", "wrt"), [
    ("The derivative of the squared norm of c is c.", "autoencoder", "c"),
    ("Since the loss is the squared norm of c, its gradient with respect to c is c.",
     "autoencoder", "c"),
    ("The derivative of one half the squared norm of d is d.", "autoencoder", "c"),
    ("The derivative of one half the squared norm of c with respect to x is c", "autoencoder", "c"),
    ("B tanh of A X minus Y, times tanh of A X transpose", NET, "B"),
    ("minus A w + y − b", SQUARES, "b"), ("twice A w − y + b", SQUARES, "b"),
    ("half of 2A w − y + b", SQUARES, "b"), ("the opposite of −A w + y − b", SQUARES, "b"),
    ("X transpose sigmoid of X w minus y plus lambda w", LOGISTIC, "w"),
    ("the quantity sigmoid of X w minus y, times X transpose", LOGISTIC, "w"),
    ("minus the inverse of K times Y transposed", "gplvm", "Y"),
    ("half of −4(R − UVᵀ)V plus 2λU", FACTOR, "U"), ("2A w − 2y + 2b over two", SQUARES, "b"),
    ("½A w − ½y + ½b times two", SQUARES, "b"), ("(minus A w + y)", SQUARES, "b"),
    ("the trace of " * 30 + "K", "gplvm", "beta")])
def test_another_derivative_and_what_can_be_heard_in_many_ways_are_unreadable(
        answer: str, of: object, wrt: str) -> None:
    assert mark(answer, of, wrt).status == "unreadable"


def test_a_product_without_brackets_is_what_was_said() -> None:
    assert mark("minus Y times K inverse", "gplvm", "Y").status == "refuted"


@over(("answer", "status"), [
    ("The gradient is minus $y - Aw - b$", "proved"), ("minus $Aw - y + b$", "refuted"),
    ("Half of $2(A w - y + b)$", "proved"), ("Half of $A w - y + b$", "refuted"),
    ("The transpose of $(Aw - y + b)^T$", "proved"), ("The transpose of $Aw - y + b$", "refuted"),
    ("The gradient is $A w - y + b$ times two", "refuted"), ("minus (yᵀ − (Aw)ᵀ − bᵀ)ᵀ", "proved"),
    ("the exponential of $A w - y + b$", "refuted"),
    ("the transpose of 1(A w − y + b)", "refuted"), ("3(A w − y + b) squared", "unreadable")])
def test_a_formula_between_dollars_is_one_part(answer: str, status: str) -> None:
    assert mark(answer, SQUARES, "b").status == status


OF_BETA = "1/(2β²) times (D tr(K⁻¹) minus tr(K⁻¹YYᵀK⁻¹))"


@over(("head", "status"), [
    ("", "proved"), ("the square of ", "refuted"), ("the squared norm of ", "unreadable"),
    ("the norm of ", "unreadable"), ("the inverse of ", "refuted"), ("twice ", "refuted")])
def test_what_is_said_of_a_product_is_not_said_of_its_number_alone(head: str, status: str) -> None:
    assert mark(f"{head}{OF_BETA}", "gplvm", "beta").status == status


@over(("answer", "of", "wrt"), [
    ("A transpose times the prediction A w minus y", RIDGE, "w"),  # Aᵀ(Aw) − y, or Aᵀ(Aw − y)
    ("A transpose times the residual A w", RIDGE, "w"),
    ("A transpose times the mean residual A w minus y", RIDGE, "w"),
    ("R − UVᵀ, twice the residual", FACTOR, "R"), ("Twice the residual: R − UVᵀ.", FACTOR, "R"),
    ("minus two times the transposed residual (R - UV^T) times U, plus 2 lambda V", FACTOR, "V"),
    ("the error B tanh(AX) − Y times the transposed hidden activations tanh(AX)", NET, "B"),
    ("Softmax of each column of XW, minus Y.", SOFTMAX, "e"),
    ("To get the derivative with respect to e, multiply the residual by W from the right: "
     "W(WᵀWx − x).", "autoencoder", "e")])
def test_a_noun_that_does_not_fit_its_formula_is_unreadable(answer: str, of: object, wrt: str
                                                            ) -> None:
    assert mark(answer, of, wrt).status == "unreadable", str(mark(answer, of, wrt))
