"""Still pictures leave the settings of others alone, and what is told by colour is told twice."""

import sys
from io import BytesIO

import matplotlib
import pytest

from lvmcalc.show import LiveGPLVM, figures, style


def test_pictures_leave_pyplot_and_the_global_settings_alone():
    before = dict(matplotlib.rcParams)
    managers = len(sys.modules[
        "matplotlib._pylab_helpers"].Gcf.figs) if "matplotlib.pyplot" in sys.modules else 0
    LiveGPLVM("iris").still().png()
    assert dict(matplotlib.rcParams) == before
    if "matplotlib.pyplot" in sys.modules:
        assert len(sys.modules["matplotlib._pylab_helpers"].Gcf.figs) == managers


def test_ten_classes_differ_in_colour_and_in_marker():
    assert len(set(style.CLASS_COLOURS)) == len(set(style.CLASS_MARKERS)) == 10
    assert len({look["linestyle"] for look in style.USES}) == len(style.USES)
    assert style.DIRECTIONS["forward"]["linestyle"] != style.DIRECTIONS["backward"]["linestyle"]
    with style.applied():
        assert matplotlib.rcParams["font.size"] == matplotlib.rcParams["xtick.labelsize"] == 14


def test_pictures_need_no_tex_whatever_the_user_has_set():
    with matplotlib.rc_context({"text.usetex": True}):
        assert LiveGPLVM("iris").still().png()
        figures.heats({"X": [[1.0, 2.0], [3.0, 4.0]]}).figure.savefig(BytesIO())


@pytest.mark.parametrize(("number", "form", "words"), [
    (12340.0, ".3g", "12,300"), (12340.0, "+.3g", "+12,300"), (-12340.0, "+.3g", "−12,300"),
    (2.5, "+.3g", "+2.5"), (1e7, ".4g", "1e+07"), (-1e-9, ".4g", "−1e−09")])
def test_a_number_keeps_its_sign_and_has_an_exponent_only_where_it_needs_one(number, form, words):
    assert style.numeral(number, form) == words
