"""Optimise a value step by step: problems, optimisers, the trainer, and the data."""

from lvmcalc.training import data, gram
from lvmcalc.training.chain_problem import ChainProblem
from lvmcalc.training.optimisers import OPTIMISERS, Optimiser
from lvmcalc.training.problem import Ablation, Problem
from lvmcalc.training.trainer import History, Trainer

__all__ = [
    "OPTIMISERS", "Ablation", "ChainProblem", "History", "Optimiser", "Problem", "Trainer", "data",
    "gram",
]
