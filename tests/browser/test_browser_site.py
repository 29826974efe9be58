"""The built site in a real browser that reaches no other machine."""

import json
import os
import re
import sys

import browser
import build_site
import numpy as np
import pytest
from build_site import WAIT, Missing, Refused, checked, fetched, for_lite, run
from playwright.sync_api import expect, sync_playwright

from lvmcalc.show import LiveGPLVM

HERE = os.environ.get("LVMCALC_SITE", "")
SITE = browser.ROOT / HERE
NOTEBOOKS = sorted(path.stem for path in (browser.ROOT / "notebooks").glob("*.ipynb"))
LINKS = "links => links.map(link => link.getAttribute('href'))"
WHOLE = "[...document.querySelectorAll('.whole')]"  # a formula and the comma behind it
LOADED = "[...document.images].every(it => it.complete && it.naturalWidth)"
NO_NETWORK = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
LIVE_SECONDS = 240  # for all cells of a notebook, on a busy machine
built = pytest.mark.skipif(not HERE, reason=(
    "`python tools/build_site.py` builds the site, and with LVMCALC_SITE=build/site it is tested"))
ENDLESS = """import sympy
from lvmcalc.marking import marker
kept = marker._marked
def endless(*_):
    while True:
        sympy.isprime(2)
marker._marked = endless"""


@pytest.fixture(scope="module")
def site():
    """Yield the address of the site, and a browser that reaches nothing else."""
    browser.need_chromium()
    assert (SITE / "index.html").is_file(), f"There is no site in {SITE}."
    with browser.served(SITE) as address, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser.chromium(),
                                              args=[*browser.FLAGS, NO_NETWORK])
        yield address, chromium
        chromium.close()


@pytest.fixture
def opened(site):
    """Yield a function that opens a page; at the end all that the page asked for was here."""
    address, chromium = site
    contexts, asked, wrong = [], [], []

    def open_page(path, **how):
        context = chromium.new_context(viewport={"width": 1280, "height": 720}, **how)
        contexts.append(context)
        context.set_default_timeout(120_000)
        context.on("request", lambda request: asked.append(request.url))
        context.on("weberror", lambda error: wrong.append(str(error.error)))
        page = context.new_page()
        page.goto(f"{address}/{path}")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert asked
    assert [url for url in asked if not url.startswith((address, "data:", "blob:"))] == []
    assert wrong == []


def test_a_file_that_differs_is_refused(tmp_path):
    file = tmp_path / "a.whl"
    file.write_bytes(b"abc")
    right = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"  # FIPS 180-2
    assert checked(file, right) == file
    file.write_bytes(b"abd")
    with pytest.raises(Refused, match=r"a\.whl has the SHA-256 .*, but it must be ba7816bf"):
        checked(file, right)


def test_what_no_registry_has_is_told_from_what_is_wrong(tmp_path, monkeypatch, capsys):
    fails = sys.executable, "-c", "raise SystemExit('not found')"
    with pytest.raises(Missing, match="not found"):
        fetched(tmp_path, "a-*.tgz", "0" * 64, *fails)
    with pytest.raises(Refused):
        run(sys.executable, "-c", "raise SystemExit('THESE PACKAGES DO NOT MATCH THE HASHES')",
            failure=Missing)
    with pytest.raises(RuntimeError, match="not found"):
        run(*fails)
    with pytest.raises(Missing, match=r"^no-such-tool is not installed\. \(npm comes with Node"):
        fetched(tmp_path, "a-*.tgz", "0" * 64, "no-such-tool", "pack")
    monkeypatch.setattr(build_site, "environment", lambda cache: run(*fails, failure=Missing))
    monkeypatch.setattr(sys, "argv", ["build_site.py", "--cache", str(tmp_path), "--fetch"])
    with pytest.raises(SystemExit, match="3"):
        build_site.main()
    assert "The site cannot be built here" in capsys.readouterr().err


def test_where_python_starts_in_the_page_the_first_widget_says_how_long_that_takes():
    for name in ("00_start_here", "03_autoencoder_training"):
        cells = json.loads(for_lite((browser.ROOT / f"notebooks/{name}.ipynb").read_text("utf-8")))
        outputs = [out for cell in cells["cells"] for out in cell.get("outputs", ())]
        first = next(out for out in outputs if "Run the cells" in str(out))
        assert WAIT in first["data"]["text/html"]
        assert str(outputs).count(WAIT) == 1


@built
def test_each_notebook_is_a_page_with_typeset_formulas_and_all_pictures(opened):
    page = opened("index.html")
    files = page.locator("nav a").evaluate_all(LINKS)
    assert [file.removesuffix(".html") for file in files] == ["index", *NOTEBOOKS[1:]]
    for file in files:
        page.goto(page.url.rpartition("/")[0] + "/" + file)
        page.wait_for_function("window.MathJax?.startup?.promise")
        page.evaluate("MathJax.startup.promise")
        assert page.locator("mjx-container").count(), file
        assert not page.locator("[data-mml-node=merror]").count(), file
        assert "$$" not in page.inner_text("main"), file
        assert page.evaluate(f"{WHOLE}.every(it => it.getClientRects().length === 1)"), file
        assert page.evaluate(LOADED), file
        here = [link.partition("?")[0] for link in page.locator("main a").evaluate_all(LINKS)
                if not re.match("https?:|#", link)]
        dead = [link for link in here if not (SITE / link).is_file()]
        assert not dead, file


@built
def test_the_first_page_shows_its_picture_before_any_script_runs(opened):
    picture = opened("index.html", java_script_enabled=False).locator(".recording img")
    assert picture.get_attribute("alt")
    assert picture.bounding_box()["height"] > 200


@built
def test_play_moves_the_recorded_run_and_it_says_that_it_is_one(opened):
    page = opened("index.html")
    words, play = page.locator(".lvm-words"), page.locator("[data-name=play]")
    now = "document.querySelector('.lvm').lvm.state.now"
    latent = f"{now}.latent"
    expect(words).to_have_text(re.compile(r"^A recording\. Step 0\."))
    expect(page.locator("main")).not_to_contain_text("run the cell", ignore_case=True)
    before = page.evaluate(f"[...{latent}]")
    for name, values in LiveGPLVM("digits", Q=2).numbers().items():
        np.testing.assert_allclose(page.evaluate(f"[...{now}.{name}]"), values, rtol=1e-3,
                                   err_msg=name)
    play.click()
    expect(play).to_contain_text("Pause")
    expect(page.locator(".lvm canvas").first).to_be_in_viewport(ratio=1)
    expect(words).to_have_text(re.compile(r"^A recording\. Step [5-9]\."))
    play.click()
    expect(play).to_contain_text("Play")
    after = page.evaluate(f"[...{latent}]")
    assert max(abs(one - other) for one, other in zip(before, after, strict=True)) > 0.1
    page.locator("[data-name=reset]").click()
    expect(words).to_have_text(re.compile(r"^A recording\. Step 0\."))
    page.locator("[data-name=step]").click()
    expect(words).to_have_text(re.compile(r"^A recording\. Step 1\."))
    page.locator(".lvm canvas").first.press("Space")  # plays on, to the end
    expect(words).to_have_text(re.compile("The recording ends here"), timeout=30_000)
    expect(play).to_contain_text("Play")


@built
def test_the_first_page_runs_live_and_play_moves_the_digits(opened):
    page = opened("index.html")
    page.get_by_role("link", name="▶ Open this page live").click()
    browser.connected(page)
    browser.run_again(page, LIVE_SECONDS, only=1)
    step = page.locator(".lvm-words")
    expect(step).to_have_text(re.compile(r"^Step 0\."), timeout=60_000)
    page.locator(".lvm [data-name=play]").click()
    expect(step).to_have_text(re.compile(r"^Step [1-9]\d"), timeout=60_000)


@built
def test_a_notebook_runs_whole_in_the_browser_and_an_answer_is_marked(opened):
    page = opened("lite/notebooks/index.html?path=06_gplvm_training.ipynb")
    browser.connected(page)
    page.evaluate("jupyterapp.commands.execute('notebook:run-all-cells')")
    page.wait_for_function(f"{browser.CELLS}.every(cell => cell.executionCount) || "
                           f"{browser.ERRORS}.length", timeout=1000 * LIVE_SECONDS)
    assert page.evaluate(browser.ERRORS) == []
    page.evaluate(f"""{browser.NOTEBOOK}.content.scrollToItem(
        [...{browser.NOTEBOOK}.content.model.cells].findIndex(
            cell => cell.sharedModel.source.includes("AnswerBox(L, ")), "center")""")
    boxes = page.locator(".jp-OutputArea-output:has(.lvmcalc-ask)")  # one line alone
    box = boxes.filter(has=page.get_by_role("textbox"), has_not=page.get_by_role("list")).first
    for setup, answer, verdict in (
            ("", "α (K⁻¹ Y Yᵀ − D I) K⁻¹ X", "proved"), ("", "X", "not right"),
            (ENDLESS, "2 X", "undecided: marking this takes more than 10"),
            ("marker._marked = kept", "X", "not right")):
        page.evaluate(f"""code => {browser.NOTEBOOK}.context.sessionContext.session.kernel
            .requestExecute({{code}}).done.then(reply => reply.content.status)""", setup)
        box.get_by_role("textbox").first.fill(answer)
        box.get_by_role("textbox").first.press("Enter")
        expect(box.locator(".lvm-verdict").first).to_have_text(re.compile(verdict, re.I),
                                                               timeout=60_000)
    browser.show(page, 'from ipywidgets import HTML\nfrom lvmcalc import audit\n'
                       'HTML(audit("∂L/∂L₁ = 1", "gplvm").lines[0].status)')  # limits nest
    assert page.evaluate(browser.ERRORS) == []
    expect(page.locator(".jupyter-widgets").first).to_contain_text("proved")
