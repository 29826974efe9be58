"""What a canvas is told to draw, read off a view that stands on an empty page, with a model that
answers nothing."""

import base64

from lvmcalc.show import view

SPY = """async ({source, told, alike}) => {
  const open = value => value && value.base64 !== undefined ? new DataView(Uint8Array.from(atob(value.base64), c => c.charCodeAt(0)).buffer)
    : Array.isArray(value) ? value.map(open) : value && typeof value === "object" ? Object.fromEntries(Object.entries(value).map(([k, v]) => [k, open(v)])) : value;
  const log = window.log = {texts: [], paths: [], dots: [], rects: [], images: [], forms: {}}, proto = CanvasRenderingContext2D.prototype;
  const spy = (on, name, note) => { const real = on[name]; on[name] = function (...all) { note.call(this, ...all); return real.apply(this, all); }; };
  if (alike) proto.measureText = function (words) { return {width: 0.55 * parseFloat(this.font.match(/[\\d.]+px/)) * String(words).length}; };
  let path = [], pixels = null;
  [window.sent, window.order] = [[], []];
  spy(proto, "clearRect", () => { for (const name in log) log[name] = name === "forms" ? {} : []; });
  spy(proto, "beginPath", () => { path = []; });
  for (const name of ["moveTo", "lineTo"]) spy(proto, name, (x, y) => path.push([x, y]));
  spy(proto, "quadraticCurveTo", (cx, cy, x, y) => { path.push([x, y]); path.by = [cx, cy]; });
  spy(proto, "arc", (x, y, r) => { path.push([x, y]); path.radius = r; });
  spy(proto, "rect", (x, y, w, h) => path.push([x + w / 2, y + h / 2]));
  for (const name of ["stroke", "fill"]) spy(proto, name, function () {
    log.paths.push({act: name, color: this[`${name}Style`], width: this.lineWidth, dash: this.getLineDash().length > 0, at: path, by: path.by, radius: path.radius || 0}); });
  spy(proto, "fillText", function (words, x, y) { log.texts.push({words, x, y, color: this.fillStyle, look: `${this.font.split(" system")[0]} ${this.textAlign}`}); });
  spy(proto, "fillRect", function (x, y, w, h) { log.rects.push({x, y, w, h, color: this.fillStyle}); });
  spy(proto, "putImageData", data => { pixels = data; });
  const sprite = OffscreenCanvasRenderingContext2D.prototype;
  spy(sprite, "fill", function () { this.canvas.color = this.fillStyle; });
  spy(sprite, "beginPath", function () { this.canvas.form = []; });
  for (const name of ["lineTo", "arc"]) spy(sprite, name, function (...at) { this.canvas.form.push(...at.slice(0, 3)); });
  const real = OffscreenCanvas.prototype.transferToImageBitmap;
  OffscreenCanvas.prototype.transferToImageBitmap = function () { return Object.assign(real.call(this), {color: this.color, form: this.form}); };
  spy(proto, "drawImage", function (it, x, y, w, h) { it.color ? (log.dots.push({x: x + w / 2, y: y + h / 2, color: it.color}), log.forms[it.color] = it.form)
    : log.images.push({x, y, w, h, smooth: this.imageSmoothingEnabled, rows: pixels.height, columns: pixels.width, data: [...pixels.data]}); });
  const face = (await import(URL.createObjectURL(new Blob([source], {type: "text/javascript"})))).default;
  window.seen = ([x, y]) => { const {left, top} = it.lvm.canvas.getBoundingClientRect(); return {clientX: left + x, clientY: top + y}; };
  const values = open(told), el = document.querySelector("#it");
  face.render({el, signal: new AbortController().signal, model: {get: name => values[name], on() {}, off() {}, send: ({sent: [, number], ...it}) => { sent.push(it); order.push(number); }}});
  for (let k = 0; k < 100 && !(values.scene.layout ? el.lvm.drawn && el.lvm.state.t >= 1 && !el.lvm.due : el.lvm.picture.hidden); k++) await new Promise(later => setTimeout(later, 20));
  return log;
}"""  # noqa: E501


def packed(value):
    if isinstance(value, bytes):
        return {"base64": base64.b64encode(value).decode()}
    if isinstance(value, dict):
        return {key: packed(part) for key, part in value.items()}
    return [packed(part) for part in value] if isinstance(value, (list, tuple)) else value


def drawn(page, widget, looks="color: #222; background: #fff", alike=False):
    """What the canvas was told last: texts, paths, dots, filled rectangles, images.

    With `alike` all letters are of one width, so that no place depends on the fonts of a machine.
    """
    page.goto("about:blank")
    page.set_content(f'<div id="it" style="width: 900px; {looks}"></div>')
    names = ("spec", "values", "scene", "frame", "words", "note", "about", "title", "playing",
             "count", "present")
    told = {name: packed(getattr(widget, name, "")) for name in names}
    return page.evaluate(SPY, {"source": view.View._esm, "told": told, "alike": alike})
