"""A scalar as named stages: its values, its adjoints, and the evidence for each stage."""

from lvmcalc.chain.builder import Builder
from lvmcalc.chain.card import Card, Folded, Result
from lvmcalc.chain.derive import derive
from lvmcalc.chain.graph import Node
from lvmcalc.chain.small_case import SmallCase
from lvmcalc.chain.structure import Chain

__all__ = ["Builder", "Card", "Chain", "Folded", "Node", "Result", "SmallCase", "derive"]
