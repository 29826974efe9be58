"""Everything on a screen: figures, exercises, and widgets that walk, train and measure."""

from typing import TYPE_CHECKING

from lvmcalc import lazy

if TYPE_CHECKING:
    from lvmcalc.show.cloud import Cloud
    from lvmcalc.show.derivation_widget import Derivation
    from lvmcalc.show.exercise_widgets import AnswerBox, Prediction, Summary
    from lvmcalc.show.live_chain import Live
    from lvmcalc.show.live_models import LiveAutoencoder, LiveGPLVM
    from lvmcalc.show.nudge import Nudge
    from lvmcalc.show.timing import CostCurve
    from lvmcalc.show.two_weights import TwoWeights
    from lvmcalc.show.walk import StageWalk

__all__ = ["AnswerBox", "Cloud", "CostCurve", "Derivation", "Live", "LiveAutoencoder",
           "LiveGPLVM", "Nudge", "Prediction", "StageWalk", "Summary", "TwoWeights"]
__getattr__, __dir__ = lazy.face(__name__, {
    "lvmcalc.show.cloud": "Cloud",
    "lvmcalc.show.timing": "CostCurve",
    "lvmcalc.show.derivation_widget": "Derivation",
    "lvmcalc.show.exercise_widgets": "AnswerBox Prediction Summary",
    "lvmcalc.show.live_chain": "Live",
    "lvmcalc.show.live_models": "LiveAutoencoder LiveGPLVM",
    "lvmcalc.show.nudge": "Nudge",
    "lvmcalc.show.two_weights": "TwoWeights",
    "lvmcalc.show.walk": "StageWalk",
})
