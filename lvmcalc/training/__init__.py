"""Optimise a value step by step: problems, optimisers, the trainer, and the data."""

from typing import TYPE_CHECKING

from lvmcalc import lazy
from lvmcalc.training import data, gram
from lvmcalc.training.optimisers import OPTIMISERS, Optimiser
from lvmcalc.training.problem import Ablation, Problem
from lvmcalc.training.trainer import History, Trainer

if TYPE_CHECKING:
    from lvmcalc.training.chain_problem import ChainProblem

__all__ = [
    "OPTIMISERS", "Ablation", "ChainProblem", "History", "Optimiser", "Problem", "Trainer", "data",
    "gram",
]
__getattr__, __dir__ = lazy.face(__name__, {"lvmcalc.training.chain_problem": "ChainProblem"})
