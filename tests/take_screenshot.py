"""Take the README's picture from the running notebook: `python tests/take_screenshot.py`."""

from pathlib import Path

from browser import jupyterlab, page_of, run_all

ROOT = Path(__file__).resolve().parents[1]
PICTURE = ROOT / "notebooks" / "images" / "start_here.png"


def main() -> None:
    """Open the first notebook, press Play, and save what is on the screen once the digits have come apart."""
    with jupyterlab(ROOT / "notebooks" / "00_start_here.ipynb") as address, page_of(1280, 1160) as page:
        run_all(page, address, "00_start_here.ipynb")
        page.evaluate("jupyterapp.commands.execute('application:toggle-left-area')")
        page.evaluate("jupyterapp.shell.currentWidget.content.scrollToItem(0, 'start')")
        page.get_by_role("button", name="Play").click()
        page.wait_for_function("Number(document.querySelector('[role=status]').innerText.match(/Step (\\d+)/)[1]) > 60")
        PICTURE.parent.mkdir(exist_ok=True)
        page.screenshot(path=PICTURE)


if __name__ == "__main__":
    main()
