"""Everything on a screen: figures, exercises, and widgets that walk, train and measure."""

from lvmcalc.show import figures
from lvmcalc.show.cost import CostCurve, digits_kept, drift
from lvmcalc.show.exercise_widgets import AnswerBox, Prediction, Summary
from lvmcalc.show.live import Live
from lvmcalc.show.live_models import LiveAutoencoder, LiveGPLVM
from lvmcalc.show.two_weights import TwoWeights
from lvmcalc.show.walk import StageWalk

__all__ = ["AnswerBox", "CostCurve", "Live", "LiveAutoencoder", "LiveGPLVM", "Prediction",
           "StageWalk", "Summary", "TwoWeights", "digits_kept", "drift", "figures"]
