"""Everything that moves or answers in a notebook."""

from lvmcalc.show.exercises import AnswerBox, Summary
from lvmcalc.show.live import LiveAutoencoder, LiveGPLVM
from lvmcalc.show.prediction import Prediction
from lvmcalc.show.two_weights import TwoWeights
from lvmcalc.show.walk import StageWalk

__all__ = ["AnswerBox", "LiveAutoencoder", "LiveGPLVM", "Prediction", "StageWalk", "Summary",
           "TwoWeights"]
