"""Everything on a screen: figures, exercises, and widgets that walk, train and measure."""

from typing import TYPE_CHECKING

from lvmcalc import lazy

if TYPE_CHECKING:
    from lvmcalc.show.cost import CostCurve, digits_kept, drift
    from lvmcalc.show.derivation import Derivation
    from lvmcalc.show.exercise_widgets import AnswerBox, Prediction, Summary
    from lvmcalc.show.live_chain import Live
    from lvmcalc.show.live_models import LiveAutoencoder, LiveGPLVM
    from lvmcalc.show.two_weights import TwoWeights
    from lvmcalc.show.walk import StageWalk

__all__ = ["AnswerBox", "CostCurve", "Derivation", "Live", "LiveAutoencoder", "LiveGPLVM",
           "Prediction", "StageWalk", "Summary", "TwoWeights", "digits_kept", "drift"]
__getattr__, __dir__ = lazy.face(__name__, {
    "lvmcalc.show": "figures",
    "lvmcalc.show.cost": "CostCurve digits_kept drift",
    "lvmcalc.show.derivation": "Derivation",
    "lvmcalc.show.exercise_widgets": "AnswerBox Prediction Summary",
    "lvmcalc.show.live_chain": "Live",
    "lvmcalc.show.live_models": "LiveAutoencoder LiveGPLVM",
    "lvmcalc.show.two_weights": "TwoWeights",
    "lvmcalc.show.walk": "StageWalk",
})
