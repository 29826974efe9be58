"""The live widgets that the browser's tests show, and their parts on the page."""

import re

import pytest
from playwright.sync_api import expect

WIDGETS = ("LiveAutoencoder('iris')", "TwoWeights()", "LiveGPLVM('iris')")
IMPORTS = """import numpy as np
from lvmcalc import derive
from lvmcalc.show import Live, LiveAutoencoder, LiveGPLVM, TwoWeights
"""
RIDGE = """Live(derive("L = tr((A w - y)ᵀ (A w - y)) + s tr(wᵀ w)", A="p×k", w="k×1", y="p×1",
            s="positive"), "w", A=np.arange(6.0).reshape(3, 2), y=[[1], [0], [2]], s=0.5)"""
every_widget = pytest.mark.parametrize("widget", [*WIDGETS, RIDGE],
                                       ids=["autoencoder", "two weights", "gplvm", "ridge"])


def panels(page):
    return page.locator(".lvm")


def button(panel, name):
    return panel.get_by_role("button", name=name)


def at_step(panel, pattern):
    expect(panel.get_by_role("status")).to_contain_text(re.compile(rf"^Step {pattern}\b"))
