"""The evidence: what is right is proved, what is spoilt is refuted, and each kind of evidence sees
it for itself."""

import re
import subprocess
import sys
from dataclasses import FrozenInstanceError, replace
from functools import cache
from itertools import islice
from types import MappingProxyType

import pytest
import sympy as sp
from sympy import Expr, Inverse, MatrixSymbol, Transpose
from tables import over

from lvmcalc import models, notation
from lvmcalc.calculus import arithmetic, claims, rule_proofs
from lvmcalc.calculus.operations import RULES, is_rational
from lvmcalc.chain import Chain
from lvmcalc.models import autoencoder, gplvm

AE, LOG_DET = autoencoder.chain(), gplvm.log_det_chain()
TRACE, WHOLE = gplvm.trace_chain(), gplvm.chain()
CHAINS = {name: models.chain_named(name) for name in models.CHAINS}
SMALL = {"autoencoder": {"m": 1, "n": 2, "S": 1}, "gplvm.log_det": {"N": 2, "Q": 1},
         "gplvm.trace": {"N": 2, "Q": 1, "D": 1}, "gplvm": {"N": 2, "Q": 1, "D": 1}}
checked = cache(Chain.check)


def test_both_complete_gradients_are_proved_by_the_rules_they_need() -> None:
    proofs = [autoencoder.chain().claim("W").proof, gplvm.chain().claim("X").proof]
    assert [proof.status for proof in proofs] == ["proved", "proved"]
    assert proofs[1].rules == ("determinant", "inverse", "logarithm", "product", "scalar product",
                               "scalar sum",
                               "scale", "sum", "trace", "transpose")
    assert "for every size" in proofs[0].reason


@pytest.mark.parametrize("chain", CHAINS.values(), ids=CHAINS)
def test_every_stage_and_every_whole_is_proved_exact_and_right_in_floating_point(
    chain: Chain) -> None:
    check = checked(chain)
    edges = [f"{notation.plain(parent)} → {notation.plain(node.name)}"
             for node in chain.nodes.values() for parent in node.parents]
    wholes = [notation.adjoint_name(chain.output, leaf) for leaf in chain.leaves]
    assert sorted(row.label for row in check) == sorted([*edges, *wholes])
    assert check.status == "proved"
    for row in check:
        exact = "exact" if is_rational(row.scalar) and is_rational(row.claim) else "numeric"
        assert (row.proof.status, row.exact.status, row.exact.points) == ("proved", exact, 3)
        assert row.error < 1e-12
        assert row.proof.rules


def test_a_row_names_the_rules_that_its_proof_rests_on() -> None:
    row = checked(TRACE)["c → r"]
    assert row.proof.rules == ("inverse", "product", "trace")
    assert row.summary == ("■ proved for every size, ◆ exact, 3 points (by chance < 10⁻²³), "
                           "● numeric, error < 10⁻¹²")
    assert repr(row) == f"c → r: {row.summary}"


def test_the_table_shows_every_row_with_its_rules_and_what_sympy_says() -> None:
    check = checked(AE)
    head, *rows = check.table()
    assert head == ("claim", "proof", "exact", "numeric", "SymPy's own .diff", "rules")
    assert [row[0] for row in rows] == [row.label for row in check]
    assert {(row[1], row[3]) for row in rows} == {("■ proved", "< 10⁻¹²")}
    assert all(re.fullmatch("◆ exact \\(< 10⁻²[⁴⁵⁶]\\)", row[2]) for row in rows)
    assert str(check).splitlines()[0] == "autoencoder: proved"
    assert len(str(check).splitlines()) == len(rows) + 2
    assert check._repr_markdown_().count("\n|") == len(rows) + 2
    assert "| ■\u00a0proved | ◆\u00a0exact" in check._repr_markdown_()  # in one line


def test_the_columns_of_a_table_in_plain_text_stand_one_below_the_other() -> None:
    head, *rows = str(checked(LOG_DET)).splitlines()[1:]
    for cell in checked(LOG_DET).table()[0][1:]:
        place = head.index(cell)
        assert all(row[place - 2:place] == "  " and row[place] != " " for row in rows), cell
        assert any(row[place - 3] != " "
                   for row in (head, *rows)), "no column is wider than its widest cell"


def test_evidence_cannot_be_edited() -> None:
    check, small = checked(AE), AE.entrywise("W", **SMALL["autoencoder"])
    for thing, field in ((check, "title"), (check["W → g"], "claim"), (small, "claimed")):
        with pytest.raises(FrozenInstanceError):
            setattr(thing, field, None)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_another_seed_takes_other_points_and_finds_the_same(seed: int) -> None:
    row = TRACE.claim("c", "r", seed)
    assert (row.proof.status, row.exact.status) == ("proved", "exact")
    points = [str(next(iter(claims._points(row.scalar, row.claim, row.wrt, s, ()))))
              for s in (seed, seed, seed + 1)]
    assert points[0] == points[1] != points[2]


@pytest.mark.parametrize("chain", CHAINS.values(), ids=CHAINS)
def test_check_points_are_asymmetric_without_zeros_and_ones_and_all_sizes_differ(
    chain: Chain) -> None:
    for (name, parent) in chain.edges:
        row = chain.claim(parent, name)
        names, seen = arithmetic.sizes_in(row.scalar, row.wrt), []
        tried = islice(claims._points(row.scalar, row.claim, row.wrt, 0, ()), 3)
        for point, direction in tried:  # the others are for where a function has no value
            sizes = [point[size] for size in names]
            assert len(set(sizes)) == len(sizes)
            seen.append(sizes)
            for value in (*point.values(), direction):
                if getattr(value, "is_Matrix", False):
                    assert all(abs(entry) > 1 for entry in value)
                    assert value.rows != value.cols or value != value.T
        assert len(seen) == 3
        assert all(sorted(sizes) == [*range(min(sizes), min(sizes) + len(sizes))] for sizes in seen
                   if names)
        assert not names or min(seen[0]) == 2
        assert all(max(sizes) <= len(sizes) + 3 for sizes in seen
                   if names), "small, for exact arithmetic is slow"
        assert all(len(set(sizes)) > 1
                   for sizes in zip(*seen, strict=True)), "no size stays the same"


# Spoilt stages
def spoilt(adjoint: Expr) -> dict[str, Expr]:
    """Return an adjoint with one thing wrong: a sign, a factor, a path, a term, a transpose or an
    inverse lost."""
    wrong = {"a flipped sign": -adjoint, "a factor 2": 2 * adjoint, "a dropped path": 0 * adjoint}
    for part in sorted(adjoint.atoms(Transpose, Inverse), key=str):
        wrong[f"{part} becomes {part.arg}"] = adjoint.xreplace({part: part.arg})
    for part in sorted(adjoint.atoms(MatrixSymbol), key=str):
        if part.rows == part.cols:
            wrong[f"{part} transposed"] = adjoint.xreplace({part: Transpose(part)})
    if adjoint.is_Add or isinstance(adjoint, sp.MatAdd):
        wrong |= {f"without {term}": adjoint - term for term in adjoint.args}
    return wrong


# The only ones that say the same all the same, and why.
EQUIVALENT = {
    "Y → p: ∂L₂/∂p transposed": "∂L/∂p + (∂L/∂p)ᵀ is symmetric",
    "beta → j: ∂L₁/∂j.T becomes ∂L₁/∂j": "j is a multiple of the identity, and a trace does not "
                                         "mind a transpose",
    "beta → j: ∂L₂/∂j.T becomes ∂L₂/∂j": "the same",
    "beta → j: ∂L₁/∂j transposed": "the same",
    "beta → j: ∂L₂/∂j transposed": "the same",
}
SPOILT = {f"{parent} → {name}: {kind}": (chain, name, parent, wrong)
          for chain in (AE, LOG_DET, TRACE)
          for (name, parent), adjoint in chain.edges.items() for kind,
          wrong in spoilt(sp.sympify(adjoint)).items()}


@over("kind", SPOILT)
def test_a_spoilt_stage_is_refuted_by_every_kind_of_evidence(kind: str) -> None:
    chain, name, parent, wrong = SPOILT[kind]
    row = chain.altered({(name, parent): wrong}).claim(parent, name)
    if kind in EQUIVALENT:
        assert (row.proof.status, row.exact.status, row.status) == ("proved", "exact", "proved")
    else:
        assert (row.proof.status, row.exact.status, row.status) == ("refuted", "refuted", "refuted")
        assert row.error > 1e-3


@pytest.mark.parametrize(("rule", "factor"), [
    ("product", 2), ("inverse", -1), ("determinant", 2), ("transpose", -1), ("scale", 2),
    ("logarithm", -1),
    ("trace", 2), ("half squared norm", 2), ("scalar product", -1)])
def test_a_rule_that_is_wrong_in_both_columns_may_deceive_the_proof_but_not_the_other_evidence(
    rule, factor) -> None:
    good = RULES[rule]
    adjoints = MappingProxyType({argument: factor * adjoint for argument,
                                 adjoint in good.adjoints.items()})
    bad = replace(good, adjoints=adjoints, differential=factor * good.differential)
    book = {**RULES, rule: bad}
    chain = autoencoder.chain(book) if rule in ("half squared norm",
                                                "transpose") else gplvm.chain(book)
    name = next(node.name for node in chain.nodes.values() if node.rule.name == rule)
    rows = [chain.claim(parent, name) for parent in chain[name].parents]
    leaf = next(iter(chain.leaves))
    for row in (*rows, chain.claim(leaf)):
        assert (row.exact.status, row.status) == ("refuted", "refuted"), row.label
        assert row.error > 0.1
    assert "refuted" in {verdict.status for verdict in rule_proofs.establish(bad)}


def test_a_cut_path_is_refuted_at_the_leaf_and_in_the_whole_and_nowhere_else() -> None:
    check = AE.altered({("g", "W"): None}).check()
    assert {row.label for row in check if row.status == "refuted"} == {"W → g", "∂L/∂W"}
    assert check.status == "refuted"
    row = check["∂L/∂W"]
    assert (row.proof.status, row.exact.status) == ("refuted", "refuted")
    assert row.proof.counterexample is not None
    assert "✗ refuted" in check._repr_markdown_()
    _, *reasons = check._repr_markdown_().split("\n\n**")
    assert [reason.split("**")[0]
            for reason in reasons] == ["W → g", "∂L/∂W"], "the reasons of what is refuted"
    assert all(r"\neq" in reason for reason in reasons)


@pytest.mark.parametrize(("claim", "status"), [
    (sp.KroneckerProduct(LOG_DET.adjoint_symbol("c"), sp.Identity(1)), "undecided"),
    (sp.gamma(gplvm.alpha) * LOG_DET.adjoint_symbol("c"), "undecided"),
    (MatrixSymbol("E", gplvm.N, gplvm.Q), "refuted"), (sp.Integer(3), "refuted"),
], ids=["an unknown product", "an unknown function", "another shape", "a number for a matrix"])
def test_a_claim_that_cannot_be_checked_never_holds(claim: Expr, status: str) -> None:
    row = LOG_DET.altered({("c", "d"): claim}).claim("d", "c")
    assert row.status == status
    assert row.proof.status == status
    assert not row.error < 1


def test_sympys_own_derivative_of_a_simple_stage_is_right() -> None:
    assert AE.claim("d", "c").sympy == "agrees"


def test_an_unknown_claim_or_edge_is_named() -> None:
    with pytest.raises(ValueError, match=r"There is no claim about gplvm\.trace 'c → z'; there are "
                                         r"X → f"):
        checked(TRACE)["c → z"]


# Entry by entry
def small_sizes(chain: Chain) -> dict[str, int]:
    """Return the sizes of a small case; those of a model that is not in the table are 2 and 1."""
    names = {size.name for leaf in chain.leaves.values() for length in leaf.shape
             for size in length.free_symbols}
    return SMALL.get(chain.name) or {name: 2 - i % 2 for i, name in enumerate(sorted(names))}


@over(("chain", "leaf"),
     [(chain, leaf) for chain in CHAINS.values() for leaf in chain.leaves
                         if leaf != "D"])
def test_a_small_case_agrees_entry_by_entry_and_a_spoilt_gradient_does_not(
    chain: Chain, leaf: str) -> None:
    sizes = small_sizes(chain)
    small = chain.entrywise(leaf, **sizes)
    assert small.agrees
    assert str(small).endswith("every entry agrees")
    entries = 1
    for size in chain[leaf].shape:
        entries *= int(size.subs({letter: sizes[letter.name] for letter in size.free_symbols}))
    assert len(small.derivatives) == len(small.claimed) == entries
    edge = next(edge for edge in chain.edges if edge[1] == leaf)
    if leaf in ("W", "X"):
        wrong = chain.altered({edge: -chain.edges[edge]}).entrywise(leaf, **sizes)
        assert not wrong.agrees
        assert str(wrong).endswith("NOT EQUAL")


def test_the_smallest_autoencoder_is_the_polynomial_one_can_write_down() -> None:
    small = AE.entrywise("W", m=1, n=2, S=1)
    w, v, x, y = (next(s for s in small.loss.free_symbols if s.name == name)
                  for name in ("W_0", "W_1", "x_0", "x_1"))
    assert {w, v, x,
            y} == set(sp.symbols("W_:2 x_:2", real=True)), "so that a notebook can name them"
    code = w * x + v * y
    assert sp.expand(small.loss - ((w * code - x) ** 2 + (v * code - y) ** 2) / 2) == 0
    assert sp.expand(small.claimed[0] - sp.diff(small.loss, w)) == 0
    assert sp.expand(small.claimed[1] - sp.diff(small.loss, v)) == 0
    first, *entries, last = str(small).splitlines()
    assert first == f"L = {small.loss}"
    for letter, line, entry in zip((w, v), entries, small.claimed, strict=True):
        name, _, factored = line.partition(": ")
        assert name == f"  ∂L/∂{letter}"
        assert sp.expand(sp.sympify(factored, {str(s): s for s in (w, v, x, y)}) - entry) == 0
    assert last == "every entry agrees"


@pytest.mark.parametrize(("sizes", "kind", "sentence"), [
    ({"N": 2}, ValueError, "gplvm needs the sizes D, N, Q, but N was given."),
    ({}, ValueError, "gplvm needs the sizes D, N, Q, but none was given."),
    ({"N": 2, "Q": 1, "D": 1, "Z": 4}, ValueError, "gplvm needs the sizes D, N, Q, but N, Q, D, Z "
                                                   "was given."),
    ({"N": 0, "Q": 1, "D": 1}, ValueError, "N must be at least 1, but it is 0."),
    ({"N": 2.0, "Q": 1, "D": 1}, TypeError, "N must be a whole number, not 2.0.")], ids=str)
def test_a_small_case_needs_its_sizes(sizes: dict, kind: type, sentence: str) -> None:
    with pytest.raises(kind) as caught:
        WHOLE.entrywise("X", **sizes)
    assert str(caught.value) == sentence


def test_a_small_case_is_taken_by_a_leaf_only() -> None:
    assert WHOLE.entrywise("α", N=2, Q=1, D=1).agrees
    with pytest.raises(ValueError, match="There is no leaf of gplvm 'e'; there are X, Y, alpha, "
                                         "beta"):
        WHOLE.entrywise("e", N=2, Q=1, D=1)


# Display


def test_gradients_chains_checks_and_small_cases_read_the_same_in_every_process() -> None:
    code = ("import sys; sys.path.insert(0, 'tests'); import oracle; from lvmcalc import notation\n"
            "from lvmcalc.calculus import claims, comparison, differentials, operations as rules\n"
            "for seed in range(12):\n"
            "    formula = oracle.Formulas(seed).scalar(3)\n"
            "    if oracle.is_finite(formula):\n"
            "        print(notation.plain(differentials.gradient(formula, oracle.S)))\n"
            "        print(comparison.compare(formula, 2 * formula))\n"
            "from lvmcalc.models import autoencoder, gplvm\n"
            "chain = autoencoder.chain()\n"
            "print(chain, *chain, rules.RULES, sep='\\n')\n"
            "print(chain._repr_markdown_(), chain['e']._repr_markdown_())\n"
            "print(chain.entrywise('W', m=1, n=2, S=1))\n"
            "print(chain.altered({('h', 'W'): None}).claim('W').proof)\n"
            "whole = gplvm.chain()\n"
            "print(*whole, *(whole.adjoint(node.name) for node in whole), sep='\\n')\n"
            "print(claims.Check('X', (whole.claim('X'), whole.claim('c', 'r'))))\n")
    texts = [subprocess.run([sys.executable, "-c", code],
                            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ".", "PATH": ""},
                            capture_output=True, text=True, check=True, encoding="utf-8").stdout
             for seed in "12"]
    assert texts[0] == texts[1]
    assert "0x" not in texts[0]
    assert "X: proved" in texts[0]
    assert len(texts[0].partition("autoencoder")[0].splitlines()) > 20
