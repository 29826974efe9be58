"""Take the pictures of the README and of `docs/panels.md`: `python tools/take_screenshot.py`.

Each panel is taken four times: in the light and in the dark theme, before a room, and as it stands
where no kernel lives. With the names of panels, such as `nudge`, only their pictures are taken;
`training` and `stage` are those of the README.
"""

import io
import sys
import tempfile
from pathlib import Path

import nbformat
from nbconvert import HTMLExporter
from nbconvert.preprocessors import ExecutePreprocessor
from PIL import Image
from playwright.sync_api import Locator, Page, expect

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "browser"))

import browser

ROOT = Path(__file__).resolve().parents[1]
START, STAGES = "00_start_here.ipynb", "04_gplvm_log_determinant.ipynb"
PICTURES, SHEETS = ROOT / "notebooks" / "images", ROOT / "docs" / "images"
STEPS = (*range(12), *range(12, 24, 2), *range(24, 61, 6))  # of training; a frame shows one of them
MILLISECONDS, LAST = 160, 3000  # that a frame is seen, and the last one
IMPORTS = """import numpy as np
from lvmcalc import data, derive, gplvm
from lvmcalc.models import GPLVMProblem
from lvmcalc.show import *
"""
TRAINED = "panel.trainer.run({})\npanel.refresh()\npanel"
PANELS = {  # each as it is after a few steps
    "gplvm": "panel = LiveGPLVM('digits')\n" + TRAINED.format(14),
    "autoencoder": "panel = LiveAutoencoder('digits')\n"
                   "panel.controls.gradient._value = panel.trainer.ablation = "
                   "'only path h (encoder)'\npanel._new_ghost(panel.trainer.branch)\n"
                   "panel.ghost.run(30)\n" + TRAINED.format(30),
    "chain": "random = np.random.default_rng(0)\nA = random.normal(size=(20, 3))\n"
             "panel = Live(derive('½‖A w − y‖² + λ/2 ‖w‖²', A='N×D', w='D', y='N', "
             "λ='positive'), 'w', A=A, y=A @ [[2], [-1], [0.5]], λ=0.5)\n" + TRAINED.format(12),
    "two_weights": "panel = TwoWeights((-0.05, 0.15))\npanel.step(9)\npanel",
    "nudge": "Nudge(derive('L = log det C', C='n×n'), 'C', C=[[2, 1], [5, 3]]).nudge((0, 1), 0.4)",
    "cloud": "Y = data.centred(data.sample_gplvm(1_000_000, 12, 2, beta=4.0).Y)\n"
             "panel = Cloud(GPLVMProblem(Y, 2, beta=0.8, learn=('beta',)))\n" + TRAINED.format(6),
    "cost": "CostCurve((100, 300, 1000, 3000, 10_000)).measure()"}
TILE = (640, 360)


def main() -> None:
    """Take all pictures, or those that are named on the command line."""
    wanted = sys.argv[1:] or ["training", "stage", *PANELS]
    if {"training", "stage"} & {*wanted}:
        take_readme(wanted)
    panels = {name: source for name, source in PANELS.items() if name in wanted}
    if panels:
        SHEETS.mkdir(parents=True, exist_ok=True)
        take_panels(panels)


def take_readme(wanted: list[str]) -> None:
    """Train on the digits in the first notebook, step by step, and go to the determinant's stage in
    the fourth."""
    notebooks = (ROOT / "notebooks" / name for name in (START, STAGES))
    with browser.jupyterlab(*notebooks) as address, browser.page_of(1280, 1500) as page:
        page.emulate_media(reduced_motion="reduce")  # each state at once
        if "training" in wanted:
            browser.run_all(page, address, START)
            live = page.locator(".lvm:has([data-name=play])").first
            save(training(live), PICTURES / "training.gif")
        if "stage" in wanted:
            browser.run_all(page, address, STAGES)
            walk = page.locator(".lvmcalc-walk")
            walk.get_by_role("combobox", name="stage").select_option(
                index=[*walk.locator("option").all_text_contents()].index("3: b → c"))
            expect(walk.get_by_role("status").first).to_contain_text("b → c")
            walk.get_by_role("textbox", name="∂L₁/∂c =").fill("-D/2 c^-T")
            page.keyboard.press("Enter")
            expect(walk).to_contain_text("Right, proved")
            page.wait_for_timeout(1000)  # MathJax writes the formulas
            shot(walk).save(PICTURES / "stage.png", optimize=True)


def training(live: Locator) -> list[Image.Image]:
    """Press Step again and again, and return what is seen of the widget down to its words."""
    status, frames = live.get_by_role("status"), []
    for step in range(STEPS[-1] + 1):
        if step:
            live.get_by_role("button", name="Step").click()
        expect(status).to_contain_text(f"Step {step}.")
        if step in STEPS:
            live.page.wait_for_timeout(100)  # drawn in the next frame
            picture = shot(live)
            height = status.bounding_box()["y"] + 44 - live.bounding_box()["y"]
            frames.append(picture.crop((0, 0, picture.width, round(height))))
    return frames


def shot(seen: Locator | Page) -> Image.Image:
    return Image.open(io.BytesIO(seen.screenshot())).convert("RGB")


def save(frames: list[Image.Image], path: Path) -> None:
    """Save an animation that ends with its last frame; all frames share greys, and the colours of
    the last."""
    greys = [part for grey in range(0, 256, 15) for part in (grey, grey, grey)]
    colours = frames[-1].quantize(90, Image.Quantize.MAXCOVERAGE)
    colours.putpalette(greys + colours.getpalette()[:270])
    first, *others = (frame.quantize(palette=colours, dither=Image.Dither.NONE) for frame in frames)
    first.save(path, save_all=True, append_images=others, optimize=True, loop=0,
               duration=[MILLISECONDS] * len(others) + [LAST])


def take_panels(panels: dict[str, str]) -> None:
    """Save a sheet of four pictures of each panel."""
    with tempfile.TemporaryDirectory() as folder:
        still = saved(panels, Path(folder))
        with browser.notebook_in(Path(folder)) as page:
            page.set_viewport_size({"width": 1280, "height": 720})
            page.emulate_media(reduced_motion="reduce")
            for name, source in panels.items():
                sheet([*looks(page, IMPORTS + source), still[name]]).save(
                    SHEETS / f"{name}.webp", quality=72, method=6)


def looks(page: Page, source: str) -> list[Image.Image]:
    """Return a panel in the light and in the dark theme, and before a room."""
    browser.show(page, source)
    panel, images = page.locator(".lvm").first, []
    page.wait_for_timeout(1000)
    for theme in ("Dark", "Light"):
        page.evaluate("theme => jupyterapp.commands.execute('apputils:change-theme', {theme})",
                      f"JupyterLab {theme}")
        page.wait_for_function("light => document.body.dataset.jpThemeLight === light",
                               arg=str(theme == "Light").lower())
        page.mouse.move(0, 0)
        page.wait_for_timeout(700)
        panel.evaluate("it => it.scrollIntoView()")
        images.insert(0, shot(panel))
    panel.get_by_role("button", name="Present").click()
    page.wait_for_function("document.fullscreenElement")
    page.mouse.move(0, 0)
    page.wait_for_timeout(700)
    images.append(shot(page))
    page.keyboard.press("Escape")
    page.wait_for_function("!document.fullscreenElement")
    return images


def saved(panels: dict[str, str], folder: Path) -> dict[str, Image.Image]:
    """Return the panels as they stand in a page that was made of the saved notebook."""
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    notebook = nbformat.v4.new_notebook(metadata=kernel, cells=[
        nbformat.v4.new_code_cell(IMPORTS + source) for source in panels.values()])
    ExecutePreprocessor(timeout=300).preprocess(notebook, {"metadata": {"path": str(folder)}})
    exporter = HTMLExporter(exclude_input=True)
    (folder / "still.html").write_text(exporter.from_notebook_node(notebook)[0], encoding="utf-8")
    with browser.page_of(1100, 720) as page:
        page.goto((folder / "still.html").as_uri(), wait_until="domcontentloaded")
        page.wait_for_timeout(1000)
        areas = page.locator(".jp-Cell-outputWrapper").all()
        return {name: shot(area) for name, area in zip(panels, areas, strict=True)}


def sheet(pictures: list[Image.Image]) -> Image.Image:
    """Return four pictures in two rows, each as large as fits its place."""
    gap, (width, height) = 12, TILE
    whole = Image.new("RGB", (2 * width + 3 * gap, 2 * height + 3 * gap), "#BBBBBB")
    for k, picture in enumerate(pictures):
        picture.thumbnail(TILE, Image.Resampling.LANCZOS)
        x, y = gap + k % 2 * (width + gap), gap + k // 2 * (height + gap)
        whole.paste(picture, (x + (width - picture.width) // 2, y + (height - picture.height) // 2))
    return whole


if __name__ == "__main__":
    main()
