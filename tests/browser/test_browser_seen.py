"""What the browser draws of every kind of view, what its controls and keys do, and what boxes to
type into do, are what was looked through before. `tests/seen.py` says how."""

from itertools import groupby
from pathlib import Path

import numpy as np
import seen
import views
from canvas import drawn

from lvmcalc.show.input_boxes import Boxes

HERE = Path(__file__).parent
VIEWS = ("gplvm, astray*", "gplvm, on a line*", "autoencoder, other data*", "any chain, large*",
         "cloud, on*", "two weights, g*", "two weights, playing", "nudge, far*", "cost, timed*",
         "walk, 7*", "graph, wrong*", "prediction, right")

# Each control, key and place of the picture: what is told of it, and what it tells.
TRIED = """() => {
  const round = (_, it) => typeof it === "number" ? +it.toFixed(3) : it;
  const found = {}, {lvm} = it, said = act => { sent.length = 0; act(); return JSON.stringify(sent, round); };
  for (const name in lvm.controls) {
    const {it: box, input} = lvm.controls[name], all = [...box.querySelectorAll("input, select")];
    const state = input => [input.type, input.value, input.checked, input.min, input.max, input.step].join(" ");
    const options = [...box.querySelectorAll("option, label")].map(option => option.textContent);
    found[`control ${name}`] = [box.textContent, box.title, input.disabled, input.ariaLabel, input.ariaValueText, box.style.cssText,
      input.style?.cssText, input.className, box.parentNode.className, options, (all.length ? all : [box]).map(state)].join(" / ");
    const tries = all.length > 1 ? all.map(input => () => input.onchange()) : [() => {
      if (input.type === "checkbox") input.checked = !input.checked;
      else if (input.matches?.("select")) input.selectedIndex = 1;
      else if (input.matches?.("input")) input.value = 2;
      for (const act of ["oninput", "onchange", "onclick"]) input[act]?.();
    }];
    found[`control ${name} tells`] = tries.map(said).join(" ") + " " + (box.matches("button") ? box : box.querySelector("b") || {textContent: ""}).textContent;
  }
  for (const at of [".lvm-words", ".lvm-note", ".lvm-keys", ".lvm-present", "summary"]) {
    if (!it.querySelector(at)) continue;
    const {textContent, role, ariaLive, title} = it.querySelector(at);
    found[at] = [textContent, role, ariaLive, title].join(" / ");
  }
  found.hidden = [...it.querySelectorAll("[hidden]")].map(part => part.className).join(" ");
  found.names = [it.role, it.ariaLabel, lvm.canvas.role, lvm.canvas.ariaLabel].join(" / ");
  for (const target of [it, lvm.canvas])
    for (const key of [" ", "r", "R", "ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "x"])
      found[`key ${key} on ${target.tagName}`] = said(() => target.dispatchEvent(new KeyboardEvent("keydown", {key, bubbles: true})));
  const all = [...log.texts, ...log.dots.filter((_, i) => i % 40 === 0), ...log.images.map(({x, y, w, h}) => ({x: x + w / 4, y: y + h / 4}))];
  const hands = all.map(({x, y}) => {
    const {cursor, choose, hint, pick, grip, drag} = lvm.under(seen([x, y]));
    return [Math.round(x), Math.round(y), ...cursor ? [cursor, choose, hint, JSON.stringify([pick, grip, drag?.(x + 10, y - 6)], round)] : []].join(" ");
  });
  found.hands = hands.filter(words => /[a-z]/.test(words)).join("; ");
  return found;
}"""  # noqa: E501

BOXES = """async ({source, many}) => {
  const face = (await import(URL.createObjectURL(new Blob([source], {type: "text/javascript"})))).default;
  const told = {many, lines: ["a", "b", "c"].slice(0, many ? 3 : 1), told: ["of a", "<b class=lvm-first>of b</b>", "<b class=lvm-refuted>of c</b>"],
    heard: 0, title: "Title", label: many ? "" : "L =", hint: "Hint", above: "Above", below: "Below", summary: "Sum"};
  const acts = {}, sent = [], found = {};
  face.render({el: it, model: {get: name => told[name], on: (names, act) => names.split(" ").forEach(name => { acts[name] = act; }), send: ({sent: _, ...all}) => sent.push(all)}});
  const inputs = () => [...it.querySelectorAll("input")], hit = (k, key, more = {}) => inputs()[k].dispatchEvent(new KeyboardEvent("keydown", {key, bubbles: true, cancelable: true, ...more}));
  const type = (k, text) => { inputs()[k].value = text; inputs()[k].oninput(); };
  const answer = (...lines) => { Object.assign(told, {told: lines, heard: sent.at(-1)?.number || 0}); acts["change:told"](); };
  const paste = text => { const clipboardData = new DataTransfer(); clipboardData.setData("text", text); inputs()[0].dispatchEvent(new ClipboardEvent("paste", {clipboardData, bubbles: true, cancelable: true})); };
  const steps = {begin() {}, focus: () => inputs()[0].focus(), down: () => hit(0, "ArrowDown"), up: () => hit(inputs().length - 1, "ArrowUp"),
    type: () => type(0, "a + b"), enter: () => hit(0, "Enter"), late: () => acts["change:told"](), answer: () => answer("new", "<b class=lvm-first>newer</b>", "newest"),
    "ctrl-enter": () => hit(0, "Enter", {ctrlKey: true}), backspace: () => hit(1, "Backspace"), plus: () => it.querySelector(".lvm-bar button").click(),
    leave: () => { type(1, "d"); inputs()[1].onchange(); }, paste: () => paste("p = q\\nq = r"), "paste a word": () => paste("p"), tab: () => hit(0, "Tab"),
    remove: () => it.querySelectorAll("li button")[0]?.click(), filled: () => { told.lines = ["x", "y"].slice(0, many ? 2 : 1); acts["change:written"](); },
    said: () => { Object.assign(told, {title: "New", label: many ? "" : "M =", summary: "Anew", above: "Up", below: "Down"}); acts["change:summary"](); }};
  for (const [name, act] of Object.entries(steps)) {
    sent.length = name === "late" || name === "answer" ? sent.length : 0;
    if (many || inputs().length > 1 || !["backspace", "leave"].includes(name)) act();
    const rows = [...it.querySelectorAll(".lvm-lines > *")].map(row => [row.className, row.textContent, row.querySelector("input").value, row.querySelector("input").ariaLabel,
      row.querySelector("input").placeholder, row.querySelector(".lvm-verdict").className, row.querySelector(".lvm-verdict").role].join(" "));
    const rest = [...it.children].filter(child => !child.matches(".lvm-lines")).map(child => [child.hidden, child.textContent, child.role].join(" "));
    found[name] = [rows.join(" | "), rest.join(" | "), it.ariaLabel, inputs().indexOf(document.activeElement), JSON.stringify(sent)].join(" // ");
  }
  return found;
}"""  # noqa: E501


def of_log(log: dict) -> seen.Lines:
    """Return what the canvas was told, in its order; many things of one look as one."""
    lines = {f"text {k}": f"{it['words']} at {it['x']:.1f} {it['y']:.1f} {it['color']} "
             f"{it['look']}" for k, it in enumerate(log["texts"])}

    def look(path: dict) -> str:
        return (f"{path['act']} {path['color']} "
                f"{'dashed ' * path['dash']}{path['width']:.3g}")

    for k, (kind, paths) in enumerate(groupby(log["paths"], key=look)):
        every = [*paths]
        places = np.concatenate([np.ravel(path["at"]) for path in every if path["at"]] or [[]])
        bent = [part for path in every for part in path.get("by") or []]
        lines[f"path {k}"] = (f"{kind}: {len(every)} through {_pixels(places)} "
                              f"{f'by {_pixels(bent)}' * bool(bent)}"
                              f" {_pixels([path['radius'] for path in every if path['radius']])}")
    for color in dict.fromkeys(dot["color"] for dot in log["dots"]):
        lines[f"dots {color}"] = _pixels([dot[at] for dot in log["dots"] if dot["color"] == color
                                          for at in "xy"])
        lines[f"dots {color} form"] = seen.numbers(log["forms"][color])
    lines |= {f"area {k}": f"{it['color']} {_pixels([it[at] for at in 'xywh'])}"
              for k, it in enumerate(log["rects"])}
    lines |= {f"image {k}": f"{it['rows']}×{it['columns']} {it['smooth']} "
              f"{_pixels([it[at] for at in 'xywh'])} {seen.numbers(it['data'])}"
              for k, it in enumerate(log["images"])}
    return lines


def _pixels(places) -> str:
    if len(places) <= 12:
        return " ".join(f"{place:.1f}" for place in places)
    return seen.numbers(places)


def test_views(blank) -> None:
    found = {}
    for name in VIEWS:
        log = drawn(blank, views.made(name), alike=True)
        found[name] = of_log(log) | blank.evaluate(TRIED)
    dark = drawn(blank, views.made("walk, 7*"), "color: #eee; background: #111", alike=True)
    found["dark"] = of_log(dark) | blank.evaluate(TRIED)
    seen.compare(HERE / "seen" / "views.txt", found, {"dark": "walk, 7*"})


def test_boxes(blank) -> None:
    found = {}
    for many in (True, False):
        blank.goto("about:blank")
        blank.set_content('<div id="it"></div>')
        found["lines" if many else "box"] = blank.evaluate(
            BOXES, {"source": Boxes._esm, "many": many})
    seen.compare(HERE / "seen" / "boxes.txt", found)
