"""Take the README's pictures from the running notebooks: `python tools/take_screenshot.py`."""

import io
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Locator, expect

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "browser"))

from browser import jupyterlab, page_of, run_all

ROOT = Path(__file__).resolve().parents[1]
START, STAGES = "00_start_here.ipynb", "04_gplvm_log_determinant.ipynb"
PICTURES = ROOT / "notebooks" / "images"
STEPS = (*range(12), *range(12, 24, 2), *range(24, 61, 6))  # of training; a frame shows one of them
WORDS = 56  # pixels of the status that are shown, two lines
MILLISECONDS, LAST = 160, 3000  # that a frame is seen, and the last one


def main() -> None:
    """Train on the digits in the first notebook, step by step, and go to the determinant's stage in
    the fourth."""
    PICTURES.mkdir(exist_ok=True)
    notebooks = (ROOT / "notebooks" / name for name in (START, STAGES))
    with jupyterlab(*notebooks) as address, page_of(1360, 1500) as page:
        run_all(page, address, START)
        save(training(page.locator(".lvm").first), PICTURES / "training.gif")
        run_all(page, address, STAGES)
        walk = page.locator(".lvmcalc-walk").last  # the one that asks nothing
        stage = walk.locator("option", has_text="b → c").inner_text()
        walk.get_by_role("combobox", name="stage").select_option(label=stage)
        expect(walk.get_by_role("status")).to_contain_text("b → c")
        page.wait_for_timeout(1000)  # MathJax writes the formulas
        shot(walk).save(PICTURES / "stage.png", optimize=True)


def training(live: Locator) -> list[Image.Image]:
    """Press Step again and again, and return what is seen of the widget, from its top to the first
    words below."""
    status, frames = live.get_by_role("status"), []
    for step in range(STEPS[-1] + 1):
        if step:
            live.get_by_role("button", name="Step").click()
        expect(status).to_contain_text(f"Step {step}.")
        if step in STEPS:
            picture = shot(live)
            height = status.bounding_box()["y"] + WORDS - live.bounding_box()["y"]
            frames.append(picture.crop((0, 0, picture.width, round(height))))
    return frames


def shot(widget: Locator) -> Image.Image:
    """Return what the browser shows of a widget, once its images are there."""
    widget.evaluate("""async it => {
        const empty = () => {};  // as the image that carries the words for screen readers
        for (const image of it.querySelectorAll('img')) await image.decode().catch(empty); }""")
    return Image.open(io.BytesIO(widget.screenshot())).convert("RGB")


def save(frames: list[Image.Image], path: Path) -> None:
    """Save an animation that ends with its last frame; all frames share the colours of the last."""
    colours = frames[-1].quantize(256, Image.Quantize.MAXCOVERAGE)  # keeps white white
    first, *others = (frame.quantize(palette=colours, dither=Image.Dither.NONE) for frame in frames)
    first.save(path, save_all=True, append_images=others, optimize=True, loop=0,
               duration=[MILLISECONDS] * len(others) + [LAST])


if __name__ == "__main__":
    main()
