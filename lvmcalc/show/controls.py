"""Controls that the live widgets have in common."""

from collections.abc import Callable, Iterable
from math import isclose
from typing import Any

import ipywidgets as widgets
from traitlets import Unicode

from lvmcalc.training.data import Dataset

LARGEST = 9  # latent dimension on offer
RATES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9, 1, 1.1, 1.3, 1.6, 2, 3)
BETAS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100)
# The place of the stop 1 ×, without and with a stop that is added below or above it.
MARKS = "".join(f".lvmcalc-mark-{at}-{last} {{ --mark: {100 * at / last:.2f}%; }}\n"
                for values in (RATES, BETAS)
                for at in (values.index(1), values.index(1) + 1)
                for last in (len(values) - 1, len(values)))

# JupyterLab keeps arrows and letters for itself where a list is not open: an "a" would insert a
# cell.
# Where this attribute is on what has the focus, JupyterLab takes no key for a command, such as x,
# which cuts the cell.
NO_COMMAND = 'data-lm-suppress-shortcuts="true"'
KEYS = f"""<details><summary {NO_COMMAND}>Keys</summary>
Tab, Shift+Tab: to the next control, or back.
<br>Space or Enter: press the button, or open these lines.
<br>Space: open a list; then ↑ ↓ and Enter. Without opening it: Page Up, Page Down, Home, End.
<br>← → or ↑ ↓: move a slider by one stop. Home, End: to its ends.
<br>↑ ↓: change a number by one step.</details>"""


class NamedImage(widgets.Image):
    """A PNG image whose tooltip is its name for a screen reader: a front end sets it only beside a
    description."""

    description = Unicode("").tag(sync=True)


def wide(width: int) -> dict[str, str]:
    """Return the layout of a control so many pixels wide."""
    return {"width": f"{width}px"}


def dropdown(description: str, choice: Iterable, value: Any, width: int,
             tooltip: str) -> widgets.Dropdown:
    """Return a choice of one."""
    return widgets.Dropdown(options=list(choice), value=value, description=description,
                            tooltip=tooltip,
                            layout=wide(width))


def slider(description: str, values: Iterable[float], value: float, width: int,
           tooltip: str) -> widgets.SelectionSlider:
    """Return a slider over round multiples and the given one, with a mark at 1; it is read in words
    beside it."""
    stops = among(values, value)
    control = widgets.SelectionSlider(options=[(f"{stop:.3g} ×", stop) for stop in stops],
                                      value=next(stop for stop in stops if isclose(stop, value)),
                                      description=description, tooltip=tooltip, readout=False,
                                      layout=wide(width))
    return control.add_class("lvmcalc-slider").add_class(
        f"lvmcalc-mark-{stops.index(1)}-{len(stops) - 1}")


def rate_in_words(multiple: float, one: str, rate: float) -> str:
    """Return what stands beside the slider of the learning rate: its multiple of `one`, and the
    rate itself.

    The handle of a slider of ipywidgets has no name for a screen reader, so these words have to say
    it all.
    """
    return ('<span aria-live="polite"><span class="lvmcalc-unseen">learning rate</span> '
            f'<b>{multiple:.3g} ×</b> '
            f'{one} = {rate:.3g}</span>')


def among(values: Iterable[float], value: float) -> list:
    """Return the values, sorted, with the given one among them."""
    values = list(values)
    return sorted(values if any(isclose(value, other) for other in values) else [*values, value])


def sizes(dataset: Dataset, size: int = 1) -> list[int]:
    """Return the latent dimensions on offer for a data set, and the given one."""
    return among(range(1, min(LARGEST, dataset.Y.shape[1] - 1) + 1), size)


def guarded(action: Callable[..., Any], say: Callable[[str], None]) -> Callable[..., None]:
    """Return a callback that says in words what went wrong, since an exception that leaves a
    callback is lost."""
    def call(*news: Any) -> None:
        try:
            action(*news)
        except Exception as error:
            say(f"Stopped: {type(error).__name__}: {error}")

    return call


def presenter(widget: widgets.DOMWidget,
              post: Callable[[Callable[[], None]], None]) -> widgets.ToggleButton:
    """Return a button that shows a live widget to a room, large and with few controls, and back."""
    control = widgets.ToggleButton(description="Present", icon="expand",
                                   tooltip="Large, with few controls; and back")

    def present() -> None:
        (widget.add_class if control.value else widget.remove_class)("lvmcalc-present")
        control.description, control.icon = ("All controls",
                                             "compress") if control.value else ("Present", "expand")

    control.observe(lambda _: post(present), "value")
    return control
