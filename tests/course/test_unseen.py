"""Unseen models are models: proved, deterministic, in other letters, and not the known ones."""

from functools import cache
from random import Random

import numpy as np
import pytest

from lvmcalc import calculus, derive, mark, notation
from lvmcalc.chain import Chain
from lvmcalc.course import unseen
from lvmcalc.course.unseen import _swapped, _written
from lvmcalc.models import chain_named

DERIVED = {
    "ridge": ("½‖A w − y‖² + λ/2 ‖w‖²", {"A": "N×D", "w": "D", "y": "N", "λ": "positive"}),
    "PPCA": ("C = W Wᵀ + σ^2 I; L = −½ (log|C| + tr(C⁻¹ S))",
             {"W": "D×Q", "sigma": "positive", "S": "symmetric D×D"}),
}
KNOWN = ("autoencoder", "gplvm.log_det", "gplvm.trace", "gplvm", *DERIVED)
SEEDS = range(2)
EVERY = pytest.mark.parametrize(("name", "seed"), [(name, seed) for name in KNOWN
                                                   for seed in SEEDS if seed or "." not in name])


@cache
def known(name: str) -> Chain:
    if name not in DERIVED:
        return chain_named(name)
    formula, leaves = DERIVED[name]
    return derive(formula, name=name, **leaves)


@cache
def made(name: str, seed: int) -> Chain:
    return unseen(known(name), seed)


def matrices(chain: Chain) -> list[str]:
    return [name for name, leaf in chain.leaves.items() if leaf.shape]


def sizes(chain: Chain) -> set[str]:
    return {size.name for leaf in chain.leaves.values() for side in leaf.shape
            for size in side.free_symbols}


def point(chain: Chain, low: float = 0.5) -> dict[str, object]:
    rng, large = np.random.default_rng(0), {large.name for _, large in chain.at_most}
    names = sorted(sizes(chain) | large, key=lambda size: (size in large, size))
    lengths = dict(zip(names, (2, 3, 4, 5, 6), strict=False))
    found = {}
    for name, leaf in chain.leaves.items():
        shape = tuple(int(side.subs({size: lengths[size.name] for size in side.free_symbols}))
                      for side in leaf.shape)
        value = rng.uniform(low, 1.5, shape) if shape else rng.uniform(0.5, 1.5)
        found[name] = value @ value.T if name in chain.symmetric else value
        if not shape:
            found[name] = lengths.get(name, float(value))
    return found


@EVERY
def test_its_own_answers_are_right_and_proved(name: str, seed: int) -> None:
    chain = made(name, seed)
    for leaf in matrices(chain):
        answer = notation.plain(chain.abbreviated(chain.adjoint(leaf)))
        assert mark(answer, chain, leaf).status == "proved", (answer, chain)


@pytest.mark.parametrize("name", ["gplvm.log_det", "gplvm.trace"])
def test_the_kernel_matrix_alone_has_a_capital_letter_and_is_symmetric(name: str) -> None:
    chain = made(name, 1)
    stages = {*chain.nodes} - {*chain.leaves, chain.output}
    kernel, = (stage for stage in stages if stage[0].isupper())
    written = chain.in_leaves(chain[kernel].symbol)
    assert calculus.compare(written, written.T).status == "proved"


@pytest.mark.parametrize("name", KNOWN)
def test_slips_are_not_right(name: str) -> None:
    chain = made(name, 1)
    leaf = matrices(chain)[0]
    right = chain.abbreviated(chain.adjoint(leaf))
    slips = [-right]
    slips += [lost for child in chain.children(leaf) if len(chain.children(leaf)) > 1
              for lost in [chain.altered({(child, leaf): None}).adjoint(leaf)]]
    for slip in slips:
        assert mark(slip, chain, leaf).status == "refuted", slip


@EVERY
def test_its_gradients_are_the_slopes_of_its_values(name: str, seed: int) -> None:
    chain, step = made(name, seed), 1e-6
    at = point(chain)
    gradients = chain.backward(**at)
    for leaf in set(matrices(chain)) - set(chain.symmetric):
        move = step * np.random.default_rng(1).standard_normal(at[leaf].shape)
        rise = (chain.forward(**at | {leaf: at[leaf] + move})[chain.output]
                - chain.forward(**at | {leaf: at[leaf] - move})[chain.output]) / 2
        size = np.linalg.norm(gradients[leaf]) * np.linalg.norm(move)
        assert abs(rise - np.vdot(gradients[leaf], move)) < 1e-5 * size


@pytest.mark.parametrize("name", ["gplvm.log_det", "PPCA"])
def test_no_swap_takes_its_value_away_from_a_model_with_a_logarithm(name: str) -> None:
    swapped = [*_swapped(known(name), Random(0))]
    assert len(swapped) >= 6
    for leaves, stages in swapped:
        chain = _written(known(name), 0, Random(0), leaves, stages)
        assert np.isfinite(chain.forward(**point(chain, low=-1.5))[chain.output]), stages


@EVERY
def test_leaves_and_sizes_have_other_letters(name: str, seed: int) -> None:
    old, new = known(name), made(name, seed)
    assert not ({*old.leaves} | sizes(old)) & ({*new.leaves} | sizes(new))
    assert len(new.leaves) == len(old.leaves)


@EVERY
def test_one_stage_is_another_one(name: str, seed: int) -> None:
    def operations(chain: Chain) -> list[str]:
        return sorted(node.rule.name for node in chain.nodes.values()
                      if node.rule.name != "transpose")  # a leaf may be given as its transpose

    old, new = operations(known(name)), operations(made(name, seed))
    assert old != new
    assert len(new) - len(old) in (0, 1)


@pytest.mark.parametrize("name", ["autoencoder", "ridge"])
def test_the_same_seed_gives_the_same_model_and_another_one_another(name: str) -> None:
    assert str(unseen(known(name), 1)) == str(made(name, 1))
    assert len({str(made(name, seed)) for seed in SEEDS}) == len(SEEDS)


def test_an_unseen_model_may_be_the_known_one_of_another() -> None:
    again = unseen(made("ridge", 0), 1)
    assert all(again.claim(leaf).status == "proved" for leaf in again.leaves)


def test_bad_seeds_and_unknown_models_are_told() -> None:
    with pytest.raises(ValueError, match="seed"):
        unseen("gplvm", -1)
    with pytest.raises(ValueError, match="gplwm"):
        unseen("gplwm", 1)
