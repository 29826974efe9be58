// The view of a widget: its controls, its picture, its words, and what hand and keys do to them.
import {bars, boxes, cells, clamp, curve, image, lines, points, title} from "./draw.js";
import {graph, legend, map} from "./map.js";

const KINDS = {points, curve, bars, cells, lines, map, legend, graph};
const TYPE = 14; // pixels, in the notebook
const make = (name, looks = {}, ...children) => {
  const it = Object.assign(document.createElement(name), looks);
  it.append(...children);
  return it;
};

// A control of one kind: its element, and `set`, which shows a value. `tell` says what a hand has set.
const CONTROLS = {
  button(spec, tell) {
    const it = make("button", {textContent: spec.label, title: spec.tip, onclick: () => tell(true)});
    return {it, set: (words, off) => { if (words) it.textContent = words; it.disabled = off; }};
  },
  check(spec, tell) {
    const input = make("input", {type: "checkbox", onchange: () => tell(input.checked)});
    return {it: make("label", {title: spec.tip}, input, ` ${spec.label}`), set: (value, off) => { input.checked = value; input.disabled = off; }};
  },
  number(spec, tell) {
    const {min, max, step} = spec, input = make("input", {type: "number", min, max, step, onchange: () => tell(input.valueAsNumber)});
    return {it: make("label", {title: spec.tip}, `${spec.label} `, input), set: (value, off) => { if (input !== input.getRootNode().activeElement || input.valueAsNumber !== value) input.value = value; input.disabled = off; }};
  },
  choice(spec, tell) {
    const input = make("select", {onchange: () => tell(input.selectedIndex)}, ...spec.options.map(words => make("option", {textContent: words})));
    return {it: make("label", {title: spec.tip}, `${spec.label} `, input), set: (value, off) => { input.selectedIndex = value; input.disabled = off; }};
  },
  stops(spec, tell) {
    const input = make("input", {type: "range", min: 0, max: spec.options.length - 1, step: 1, oninput: () => { show(); tell(input.valueAsNumber); }});
    const name = make("span", {textContent: spec.label}), words = make("b");
    const show = told => { words.textContent = told || spec.options[input.valueAsNumber]; input.ariaValueText = words.textContent; };
    input.ariaLabel = spec.label;
    if (spec.limit) input.className = "lvm-limit"; // what lies beyond the mark is striped
    if (spec.mark != null) input.style.setProperty("--mark", spec.mark / (spec.options.length - 1));
    return {it: make("label", {className: "lvm-stops", title: spec.tip}, name, " ", input, " ", words), set: (value, off, told) => { input.value = value; input.disabled = off; show(told); }};
  },
  radio(spec, tell) {
    const group = `lvm-${Math.random()}`, inputs = spec.options.map((_, k) => make("input", {type: "radio", name: group, onchange: () => tell(k)}));
    const it = make("fieldset", {}, make("legend", {textContent: spec.label}), ...spec.options.map((words, k) => make("label", {}, inputs[k], ` ${words}`)));
    return {it, set: (value, off) => inputs.forEach((input, k) => { input.checked = k === value; input.disabled = off; })};
  },
};

class View {
  constructor(model, el) {
    Object.assign(this, {model, el, kinds: KINDS, state: {memo: {}, now: {}, past: [], t: 1, mix: name => this.mix(name)}, controls: {}, due: 0, arrived: 0, span: 0, drawn: 0, heard: 0});
    const about = model.get("about");
    this.bar = make("div", {className: "lvm-bar"});
    this.canvas = make("canvas", {tabIndex: 0});
    this.canvas.setAttribute("role", "img");
    this.tip = make("div", {className: "lvm-tip", hidden: true}, make("canvas", {width: 96, height: 96}), make("span"));
    this.picture = make("div", {className: "lvm-picture"}, this.canvas, this.tip);
    this.words = make("p", {className: "lvm-words"});
    this.words.setAttribute("role", "status");
    this.note = make("p", {className: "lvm-note"});
    this.inner = make("div", {className: "lvm-inner"});
    this.more = make("details", {className: "lvm-more"}, make("summary", {textContent: "More"}), this.inner);
    this.keys = make("p", {className: "lvm-keys"});
    this.send = content => { // and say so if nobody answers
      model.send(content);
      clearTimeout(this.wait);
      if (content.set) this.wait = setTimeout(() => el.classList.add("lvm-silent"), 4000);
    };
    el.classList.add("lvm", "jupyter-widgets");
    Object.assign(el, {tabIndex: -1});
    el.setAttribute("role", "group");
    el.setAttribute("data-lm-suppress-shortcuts", "true"); // lest JupyterLab takes a key for a command
    el.replaceChildren(this.bar, this.picture, this.words, this.note, make("div", {className: "lvm-foot"}, this.more, this.keys));
    this.listen();
    this.build();
    this.say();
    this.receive();
    this.dark = new MutationObserver(() => this.later()); // the theme has changed
    this.dark.observe(document.body, {attributes: true});
    this.sizes = new ResizeObserver(() => this.fit());
    this.sizes.observe(this.picture);
  }

  // What comes from Python
  listen() {
    const {model, el, canvas} = this;
    this.bound = {"comm_live_update": () => el.classList.add("jupyter-widgets-disconnected"), "change:frame": () => this.receive(), "change:spec": () => this.build(), "change:values": () => this.fill(),
                  "change:words change:note change:playing": () => this.say(), "change:scene": () => { this.state.memo = {}; this.state.past = []; this.fit(); }};
    for (const names in this.bound) for (const name of names.split(" ")) model.on(name, this.bound[names]);
    el.addEventListener("keydown", event => this.key(event));
    canvas.addEventListener("pointermove", event => this.hover(event));
    canvas.addEventListener("pointerdown", event => this.grip(event));
    for (const kind of ["pointerup", "pointercancel"]) canvas.addEventListener(kind, event => this.release(event));
    canvas.addEventListener("touchstart", event => { if (this.gripped) event.preventDefault(); }, {passive: false}); // lest the page scrolls
    canvas.addEventListener("pointerleave", () => { this.tip.hidden = true; });
    document.addEventListener("fullscreenchange", this.bound.screen = () => { this.fill(); this.fit(); });
    model.send({hello: true});
  }

  close() {
    document.removeEventListener("fullscreenchange", this.bound.screen);
    this.dark.disconnect();
    for (const names in this.bound) for (const name of names.split(" ")) this.model.off(name, this.bound[names]);
    this.sizes.disconnect();
    cancelAnimationFrame(this.due);
  }

  build() {
    const had = this.el.contains(document.activeElement) && document.activeElement.closest("[data-name]")?.dataset.name;
    this.controls = {};
    this.bar.replaceChildren();
    this.inner.replaceChildren();
    for (const spec of this.model.get("spec")) {
      const control = CONTROLS[spec.kind](spec, value => this.send({set: spec.name, value}));
      control.it.dataset.name = spec.name;
      for (const it of [control.it, ...control.it.querySelectorAll("*")]) it.setAttribute("data-lm-suppress-shortcuts", "true");
      (spec.more ? this.inner : this.bar).append(control.it);
      this.controls[spec.name] = control;
    }
    if (this.model.get("present")) {
      this.present = make("button", {className: "lvm-present", title: "Full screen, large; Esc leaves", onclick: () => this.whole()});
      this.bar.append(this.present);
    }
    this.more.hidden = !this.inner.children.length;
    this.keys.textContent = this.controls.play ? "Space play · → step · R reset" : this.controls.next ? "→ next · ← back" : this.controls.to ? "Drag an entry, or: ← → choose it · ↑ ↓ change it · R reset" : "";
    this.fill();
    if (had && this.controls[had]) (this.controls[had].it.matches("button") ? this.controls[had].it : this.controls[had].it.querySelector("input, select")).focus();
  }

  fill() {
    this.answered();
    const values = this.model.get("values");
    for (const name in this.controls) this.controls[name].set(...(values[name] || [null, false]));
    if (this.present) this.present.textContent = this.large ? "✕ Leave" : "⤢ Present";
  }

  answered() {
    clearTimeout(this.wait);
    this.el.classList.remove("lvm-silent");
  }

  say() {
    const {model} = this, playing = model.get("playing");
    this.words.setAttribute("aria-live", playing ? "off" : "polite"); // several sentences a second would drown a screen reader
    this.words.textContent = model.get("words");
    this.words.style.minHeight = `${this.words.offsetHeight}px`; // what stands below does not jump from sentence to sentence
    this.note.textContent = model.get("note");
    this.canvas.ariaLabel = `Picture: ${model.get("about")}`;
    this.el.ariaLabel = model.get("title");
  }

  receive() {
    this.answered();
    const {state, model} = this, now = performance.now(), next = {};
    const frame = model.get("frame");
    for (const name in frame) next[name] = new Float32Array(frame[name].buffer.slice(frame[name].byteOffset, frame[name].byteOffset + frame[name].byteLength));
    const shown = {};
    for (const name in state.now) shown[name] = this.mix(name);
    const span = now - this.arrived, {scene} = this;
    state.still = matchMedia("(prefers-reduced-motion: reduce)").matches || document.hidden;
    Object.assign(state, {old: shown, now: next});
    const follow = scene.follow && next[scene.follow];
    state.past = follow && model.get("playing") && span > 70 && span < 1000 && !state.still ? [...state.past, shown[scene.follow] || follow].slice(-4).filter(at => at.length === follow.length) : [];
    this.span = state.still || now - this.touched < 300 ? 0 : 1.15 * clamp(span, 16, 350); // what a hand moves is there at once
    this.arrived = now;
    if (++this.heard % 4 === 0) model.send({seen: model.get("count")});
    this.later();
  }

  mix(name) {
    const {old = {}, now, t} = this.state, from = old[name], to = now[name];
    return !to || t >= 1 || !from || from.length !== to.length ? to : to.map((v, i) => from[i] + t * (v - from[i]));
  }

  // Drawing
  get scene() { return this.model.get("scene"); }
  get stage() { return this.el.closest(".lvmcalc-walk") || this.el; } // what is shown to a room
  get large() { return document.fullscreenElement === this.stage; }

  later() { this.due ||= requestAnimationFrame(now => this.draw(now)); }

  fit() {
    const {width} = this.picture.getBoundingClientRect(), {scene} = this;
    this.picture.hidden = !scene.layout;
    this.words.style.minHeight = "";
    if (!scene.layout || width < 10) return;
    this.size = this.large ? Math.max(24, innerHeight / 30) : TYPE;
    const {rows, narrow} = boxes(scene, width, 100, this.size);
    this.el.classList.toggle("lvm-narrow", narrow);
    if (!this.large) this.picture.style.height = `${narrow ? rows * Math.min(width, 20 * TYPE) : Math.min(scene.height * width, scene.most)}px`;
    else this.picture.style.height = this.stage === this.el ? "" : "60vh";
    const {clientWidth: w, clientHeight: h} = this.picture, ratio = devicePixelRatio || 1;
    Object.assign(this.canvas, {width: Math.round(w * ratio), height: Math.round(h * ratio)});
    Object.assign(this, {w, h, ratio});
    this.draw(performance.now());
  }

  draw(now) {
    this.due = 0;
    const {scene, state, canvas} = this;
    if (!scene.layout || !this.w) return;
    if (this.ratio !== (devicePixelRatio || 1)) return this.fit();
    const css = getComputedStyle(this.el), ink = css.color, paper = css.backgroundColor;
    const [r, , b] = ink.match(/[\d.]+/g).map(Number), dark = r + b > 255;
    const g = canvas.getContext("2d"), pen = {g, ink, paper, dark, mode: dark ? "dark" : "light", size: this.size, ratio: this.ratio,
                                              faint: dark ? "#555" : "#D0D0D0", soft: dark ? "#AAA" : "#777"};
    state.t = this.span ? clamp((now - this.arrived) / this.span, 0, 1) : 1;
    state.again = false;
    state.hand = this.hand;
    g.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    g.clearRect(0, 0, this.w, this.h);
    this.boxes = boxes(scene, this.w, this.h, this.size).found;
    for (const name in this.boxes) {
      const panel = scene.panels[name];
      g.save();
      if (panel.title && panel.kind !== "graph") title(pen, this.boxes[name], panel);
      KINDS[panel.kind].draw(pen, this.boxes[name], panel, state, scene);
      g.restore();
    }
    this.pen = pen;
    this.drawn++;
    if (state.t < 1 || state.again) this.later();
  }

  // Hand and keys
  under(event) { // the panel that is pointed at, and where
    const {left, top} = this.canvas.getBoundingClientRect(), [x, y] = [event.clientX - left, event.clientY - top];
    for (const name in this.boxes || {}) {
      const box = this.boxes[name], panel = this.scene.panels[name];
      if (x >= box.x && x <= box.x + box.w && y >= box.y && y <= box.y + box.h) return {panel, box, kind: KINDS[panel.kind], x, y};
    }
    return {x, y};
  }

  hover(event) {
    const at = this.under(event);
    if (this.gripped) return this.drag(at);
    const found = at.kind?.nearest?.(this.pen, at.box, at.panel, this.state, at.x, at.y, 1.2 * TYPE) ?? -1;
    this.canvas.style.cursor = at.panel?.drag && found >= 0 ? "ns-resize" : this.near(at) ? "grab" : found >= 0 ? "pointer" : at.panel?.pick ? "crosshair" : "";
    this.tip.hidden = found < 0 || !at.panel.hints;
    if (!this.tip.hidden) this.hint(at, found);
  }

  hint({panel, x, y}, found) { // what stands behind a dot
    const [small, words] = this.tip.children, side = panel.side, each = panel.images && panel.images.byteLength / panel.labels.length;
    small.hidden = !side;
    if (side) {
      const all = new Uint8Array(panel.images.buffer, panel.images.byteOffset, panel.images.byteLength), g = small.getContext("2d");
      g.clearRect(0, 0, 96, 96);
      image({...this.pen, g}, all.subarray(found * each, (found + 1) * each), side, side, 0, 0, 96, 96, 255, false);
    }
    words.textContent = panel.hints.replace("#", found).replace("%", panel.classes[panel.labels[found]].name);
    Object.assign(this.tip.style, {left: `${clamp(x + 16, 0, this.w - 130)}px`, top: `${clamp(y - 60, 0, this.h - 130)}px`});
  }

  placed(at) { // where the latent space draws a point
    const box = this.boxes?.latent, f = box && points.frame(this.pen, box, this.scene.panels.latent, this.state);
    return f && at ? [f.x(at[0]), f.Y(at[1])] : [Infinity, Infinity];
  }

  near({x, y}) { // whether the latent point is close enough to be dragged
    const [u, v] = this.placed(this.state.now.moved);
    return Math.hypot(u - x, v - y) < 1.3 * TYPE;
  }

  grip(event) {
    const at = this.under(event);
    const entry = at.panel?.drag ? at.kind.nearest(this.pen, at.box, at.panel, this.state, at.x, at.y) : -1;
    if (entry >= 0) this.tell({choose: entry});
    if (entry >= 0 || this.near(at)) {
      this.gripped = {...at, from: entry < 0 ? null : this.state.now[at.panel.name][entry]};
      this.canvas.setPointerCapture(event.pointerId);
      event.preventDefault();
      this.canvas.focus();
    }
  }

  drag({x, y}) {
    const {kind, box, panel, from} = this.gripped;
    if (from != null) return this.offer({nudge: from + this.state.now.step[0] * (x - this.gripped.x + this.gripped.y - y) / 8});
    const f = kind.frame(this.pen, box, panel, this.state);
    const at = f.inverse(clamp(x, f.left, f.left + f.w), clamp(y, f.y, f.y + f.h));
    this.move(panel.flat ? [at[0], this.state.now.ring[1]] : at);
  }

  move(at) {
    this.hand = at;
    this.offer({move: at});
    this.later();
  }

  offer(content) { // at most once in a frame; the last one is told
    this.last = content;
    if (this.asked) return;
    this.tell(content);
    this.asked = requestAnimationFrame(() => { this.asked = 0; if (this.last !== content) this.offer(this.last); });
  }

  tell(content) {
    this.touched = performance.now();
    this.model.send(content);
  }

  release(event) {
    const at = this.under(event);
    if (!this.gripped) {
      const found = at.kind?.nearest?.(this.pen, at.box, at.panel, this.state, at.x, at.y, 1.2 * TYPE) ?? -1;
      if (found >= 0) this.tell({choose: found});
      else if (at.panel?.pick) this.tell({pick: at.kind.frame(this.pen, at.box, at.panel).inverse(at.x, at.y)});
    } else if (this.hand) this.tell({move: this.hand});
    this.gripped = this.hand = null;
  }

  key(event) {
    const {target, key} = event, press = name => { if (!this.controls[name]) return; event.preventDefault(); event.stopPropagation(); this.send({set: name, value: true}); };
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const free = target === this.el || target === this.canvas, moved = this.state.now.moved;
    if (key === "Escape" && this.large) document.exitFullscreen();
    if (free && key === " ") press("play");
    else if (free && key.toLowerCase() === "r") press("reset");
    else if (target === this.canvas && key.startsWith("Arrow") && moved && this.scene.panels.latent) {
      const by = (this.state.memo.latent?.limit || 1) / 40, [x, y] = {ArrowLeft: [-by, 0], ArrowRight: [by, 0], ArrowUp: [0, by], ArrowDown: [0, -by]}[key];
      event.preventDefault();
      this.tell({move: [moved[0] + x, moved[1] + (this.scene.panels.latent.flat ? 0 : y)]});
    } else if (free && this.controls.to && key.startsWith("Arrow")) {
      event.preventDefault();
      this.tell({ArrowUp: {by: 1}, ArrowDown: {by: -1}, ArrowRight: {turn: 1}, ArrowLeft: {turn: -1}}[key]);
    } else if (free && key === "ArrowRight") press(this.controls.next ? "next" : "step");
    else if (free && key === "ArrowLeft") press("back");
    if (key !== "Escape" && key !== "Tab" && !(key === "Enter" && event.shiftKey)) event.stopPropagation();
  }

  whole() {
    if (this.large) document.exitFullscreen();
    else this.stage.requestFullscreen();
  }

  // After Shift+Enter the panel has the focus: its cell, or the one below, is the active one.
  greet() {
    const cell = this.el.closest(".jp-Cell"), active = document.querySelector(".jp-Notebook .jp-Cell.jp-mod-active");
    if (!cell || !(this.controls.play || this.controls.to) || ![cell, cell.nextElementSibling].includes(active)) return;
    if (active.contains(document.activeElement) && document.activeElement.closest(".lvm")) return;
    this.el.focus({preventScroll: true});
    this.el.scrollIntoView({block: "nearest"});
  }
}

export default {
  render({model, el}) {
    const view = new View(model, el);
    el.lvm = view;
    setTimeout(() => view.greet(), 60);
    return () => view.close();
  },
};
