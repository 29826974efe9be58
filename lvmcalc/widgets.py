"""Everything that moves or answers in a notebook."""

from lvmcalc.answers import AnswerBox, Summary
from lvmcalc.ask import Prediction
from lvmcalc.live import LiveAutoencoder, LiveGPLVM
from lvmcalc.two_weights import TwoWeights
from lvmcalc.walk import StageWalk

__all__ = ["AnswerBox", "LiveAutoencoder", "LiveGPLVM", "Prediction", "StageWalk", "Summary", "TwoWeights"]
