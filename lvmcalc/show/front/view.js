// The view of a widget: its controls, its picture, its words, and what hand and keys do to them.
import {THEMES, bars, between, boxes, cells, clamp, curve, image, lines, points, title} from "./draw.js";
import {graph, map} from "./map.js";
import {begin, floats, greet, leave, make} from "./page.js";

const KINDS = {points, curve, bars, cells, lines, map, graph};
const TYPE = 14; // pixels, in the notebook

// A control: its element, what has the focus, and how it shows a value. `tell` says what a hand has set.
function control({kind, label, options, min = "", max = "", step = "", mark, limit}, tell) {
  if (kind === "button") {
    const it = make("button", {onclick: () => tell(true)});
    return {it, input: it, show: words => { it.textContent = words || label; }};
  }
  if (kind === "radio") {
    const looks = {type: "radio", name: `lvm-${Math.random()}`};
    const inputs = options.map((_, k) => make("input", {...looks, onchange: () => tell(k)}));
    const choices = options.map((words, k) => make("label", {}, inputs[k], ` ${words}`));
    const it = make("fieldset", {}, make("legend", {textContent: label}), ...choices);
    return {it, input: it, show: value => inputs.forEach((input, k) => { input.checked = k === value; })};
  }
  if (kind === "choice") {
    const all = options.map(textContent => make("option", {textContent}));
    const input = make("select", {onchange: () => tell(input.selectedIndex)}, ...all);
    return {it: make("label", {}, `${label} `, input), input, show: at => { input.selectedIndex = at; }};
  }
  if (kind === "stops") {
    const last = options.length - 1, words = make("b"), name = limit ? "input.lvm-limit" : "input";
    const input = make(name, {type: "range", min: 0, max: last, ariaLabel: label});
    const say = told => { words.textContent = input.ariaValueText = told || options[input.value]; };
    input.oninput = () => { say(); tell(input.valueAsNumber); };
    input.style.setProperty("--mark", (mark || 0) / last);
    const it = make("label.lvm-stops", {}, `${label} `, input, " ", words);
    return {it, input, show: (value, told) => { input.value = value; say(told); }};
  }
  const [type, key] = {number: ["number", "valueAsNumber"], check: ["checkbox", "checked"]}[kind];
  const input = make("input", {type, min, max, step, onchange: () => tell(input[key])});
  const show = value => { if (input[key] !== value) input[key] = value; }; // what is being typed stays
  return {it: make("label", {}, `${label} `, input), input, show};
}

class View {
  constructor(model, el, signal) {
    Object.assign(this, {model, el, kinds: KINDS, due: 0, arrived: 0, span: 0, drawn: 0, heard: 0});
    this.state = {memo: {}, now: {}, past: [], t: 1, mix: name => this.mix(name)};
    this.bar = make("div.lvm-bar");
    this.canvas = make("canvas", {tabIndex: 0, role: "img"});
    this.tip = make("div.lvm-tip", {hidden: true}, make("canvas", {width: 96, height: 96}), make("span"));
    this.picture = make("div.lvm-picture", {}, this.canvas, this.tip);
    this.words = make("p.lvm-words", {role: "status"});
    this.note = make("p.lvm-note");
    this.inner = make("div.lvm-inner");
    this.more = make("details.lvm-more", {}, make("summary", {textContent: "More"}), this.inner);
    this.keys = make("p.lvm-keys");
    this.post = begin(el, model, {
      "change:frame": () => this.receive(), "change:spec": () => this.build(),
      "change:values": () => this.fill(), "change:words change:note change:playing": () => this.say(),
      "change:scene": () => { Object.assign(this.state, {memo: {}, past: []}); this.fit(); },
    }, this.bar, this.picture, this.words, this.note, make("div.lvm-foot", {}, this.more, this.keys));
    const release = event => this.release(event), hide = () => { this.tip.hidden = true; };
    Object.assign(el, {onkeydown: event => this.key(event)});
    Object.assign(this.canvas, {
      onpointermove: event => this.hover(event), onpointerdown: event => this.grip(event),
      onpointerup: release, onpointercancel: release, onpointerleave: hide,
    }); // a finger that drags does not scroll the page
    this.canvas.addEventListener("touchstart", it => this.held && it.preventDefault(), {passive: false});
    document.addEventListener("fullscreenchange", () => { this.fill(); this.fit(); }, {signal});
    const theme = new MutationObserver(() => this.later()), sizes = new ResizeObserver(() => this.fit());
    theme.observe(document.body, {attributes: true});
    sizes.observe(this.picture);
    signal.addEventListener("abort", () => { theme.disconnect(); sizes.disconnect(); });
    this.post({hello: true});
    [this.build(), this.say(), this.receive()];
    setTimeout(() => (this.controls.play || this.controls.to) && greet(el, el), 60);
  }

  // What comes from Python
  build() {
    const {model, el, bar, inner} = this, {activeElement: active} = document;
    const had = el.contains(active) && active.closest("[data-name]")?.dataset.name;
    this.controls = {};
    bar.replaceChildren();
    inner.replaceChildren();
    for (const spec of model.get("spec")) {
      const made = this.controls[spec.name] = control(spec, value => this.set(spec.name, value));
      Object.assign(made.it, {title: spec.tip}).dataset.name = spec.name;
      (spec.more ? inner : bar).append(made.it);
    }
    const onclick = () => this.large ? document.exitFullscreen() : this.stage.requestFullscreen();
    this.present = make("button.lvm-present", {title: "Full screen, large; Esc leaves", onclick});
    if (this.controls.next) bar.append(this.keys); // so that the question below is in sight
    if (model.get("present")) bar.append(this.present);
    this.more.hidden = !inner.children.length;
    const {play, next, to} = this.controls;
    this.keys.textContent = play ? "Space play · → step · R reset" : next ? "→ next · ← back"
      : to ? "Drag an entry, or: ← → choose it · ↑ ↓ change it · R reset" : "";
    this.fill();
    this.controls[had]?.input.focus();
  }

  fill() {
    const values = this.model.get("values");
    for (const name in this.controls) {
      const [value, off, told] = values[name] || [], {show, input} = this.controls[name];
      show(this.halted && name === "play" ? "▶ Play" : value, told);
      input.disabled = off;
    }
    this.present.textContent = this.large ? "✕ Leave" : "⤢ Present";
  }

  say() {
    const {model, words} = this;
    if (this.halted && !model.get("playing")) Object.assign(this, {halted: false}).receive();
    words.ariaLive = model.get("playing") ? "off" : "polite"; // several sentences a second would drown others
    words.textContent = model.get("words");
    words.style.minHeight = `${words.offsetHeight}px`; // what stands below does not jump
    this.note.textContent = model.get("note");
    this.canvas.ariaLabel = `Picture: ${model.get("about")}`;
    this.el.ariaLabel = model.get("title");
  }

  receive() {
    if (++this.heard % 4 === 0) this.post({seen: this.model.get("count")});
    if (this.halted) return;
    const {state, model} = this, now = performance.now(), span = now - this.arrived, next = {}, old = {};
    for (const [name, view] of Object.entries(model.get("frame"))) next[name] = floats(view);
    for (const name in state.now) old[name] = this.mix(name);
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches || document.hidden;
    const {follow} = this.scene, alike = old[follow]?.length === next[follow]?.length;
    const slow = model.get("playing") && span > 70 && span < 1000; // enough for trails to be seen
    const past = slow && alike && !still ? [...state.past, old[follow]].slice(-4) : [];
    Object.assign(state, {old, now: next, past, t: 0});
    const atOnce = still || now - this.touched < 300; // as what a hand moves
    Object.assign(this, {span: atOnce ? 0 : 1.15 * clamp(span, 16, 350), arrived: now});
    this.later();
  }

  mix(name) {
    const {old = {}, now, t} = this.state, from = old[name], to = now[name];
    return to && t < 1 && from?.length === to.length ? between(from, to, t) : to;
  }

  // Drawing
  get scene() { return this.model.get("scene"); }
  get stage() { return this.el.closest(".lvmcalc-walk") || this.el; } // what is shown to a room
  get large() { return document.fullscreenElement === this.stage; }

  later() { this.due ||= requestAnimationFrame(now => this.draw(now)); }

  fit() {
    const {scene, picture, canvas, large} = this, {width} = picture.getBoundingClientRect();
    picture.hidden = !scene.layout;
    this.words.style.minHeight = "";
    if (!scene.layout || width < 10) return;
    this.size = large ? Math.max(24, innerHeight / 30) : TYPE;
    const {rows, narrow} = boxes(scene, width, 100, this.size);
    const height = narrow ? rows * Math.min(width, 20 * TYPE) : Math.min(scene.height * width, scene.most);
    const walk = `min(61vh, ${150 * scene.height}vh)`; // below it there is room for the question
    picture.style.height = large ? this.stage === this.el ? "" : walk : `${height}px`;
    const {clientWidth: w, clientHeight: h} = picture, ratio = devicePixelRatio || 1;
    Object.assign(canvas, {width: Math.round(w * ratio), height: Math.round(h * ratio)});
    Object.assign(this, {w, h, ratio});
    this.draw(performance.now());
  }

  draw(now) {
    const {scene, state, size, ratio, w, h} = this;
    this.due = 0;
    if (!scene.layout || !w) return;
    if (ratio !== (devicePixelRatio || 1)) return this.fit();
    const {color: ink, backgroundColor: paper} = getComputedStyle(this.el), g = this.canvas.getContext("2d");
    const tint = ink.match(/[\d.]+/g).slice(0, 3).map(Number), dark = tint[0] + tint[2] > 255;
    this.pen = {g, size, ratio, ink, tint, paper, ...THEMES[dark ? "dark" : "light"]};
    if (!this.halted) state.t = this.span ? clamp((now - this.arrived) / this.span, 0, 1) : 1;
    g.setTransform(ratio, 0, 0, ratio, 0, 0);
    g.clearRect(0, 0, w, h);
    this.boxes = boxes(scene, w, h, size).found;
    for (const name in this.boxes) {
      const panel = scene.panels[name];
      g.save();
      if (panel.title && panel.kind !== "graph") title(this.pen, this.boxes[name], panel);
      KINDS[panel.kind].draw(this.pen, this.boxes[name], panel, state, scene);
      g.restore();
    }
    this.drawn++;
    if (state.t < 1 && !this.halted) this.later();
  }

  // Hand and keys
  under({clientX, clientY}) { // what is pointed at, and what a hand can do with it
    const {left, top} = this.canvas.getBoundingClientRect(), [x, y] = [clientX - left, clientY - top];
    for (const name in this.boxes) {
      const box = this.boxes[name], panel = this.scene.panels[name];
      if (x >= box.x && x <= box.x + box.w && y >= box.y && y <= box.y + box.h)
        return {x, y, panel, ...KINDS[panel.kind].under?.(this.pen, box, panel, this.state, [x, y])};
    }
    return {x, y};
  }

  hover(event) {
    const {x, y, cursor = "", hint, choose, panel} = this.under(event), [small, words] = this.tip.children;
    if (this.held) return this.drag(x, y);
    this.canvas.style.cursor = cursor;
    this.tip.hidden = !hint;
    if (!hint) return;
    small.hidden = !panel.side;
    if (panel.side) { // the image that stands behind a dot
      const {images: {buffer, byteOffset}, side} = panel, g = small.getContext("2d");
      const own = new Uint8Array(buffer, byteOffset + choose * side ** 2, side ** 2);
      g.clearRect(0, 0, 96, 96);
      image({...this.pen, g}, own, [side, side], {x: 0, y: 0, w: 96, h: 96}, 255);
    }
    words.textContent = hint;
    this.tip.style.translate = `${clamp(x + 16, 0, this.w - 130)}px ${clamp(y - 60, 0, this.h - 130)}px`;
  }

  grip(event) {
    const {drag, grip} = this.under(event);
    if (!drag) return;
    if (grip) this.tell(grip);
    this.held = drag;
    this.canvas.setPointerCapture(event.pointerId);
    event.preventDefault();
    this.canvas.focus();
  }

  drag(x, y) { // told at most once in a frame, and the last one for certain
    this.last = this.held(x, y);
    this.state.hand = this.last.move;
    this.later();
    this.asked ||= requestAnimationFrame(() => { this.asked = 0; this.tell(this.last); });
  }

  release(event) {
    const {choose, pick} = this.under(event);
    if (this.held) Object.assign(this, {held: null}).state.hand = null;
    else if (choose != null) this.tell({choose});
    else if (pick) this.tell({pick});
  }

  set(name, value) { // a pause is seen at once: the picture stands until Python says where it stopped
    const alive = !this.el.classList.contains("jupyter-widgets-disconnected");
    if (name === "play" && this.model.get("playing") && alive) Object.assign(this, {halted: true}).fill();
    this.post({set: name, value});
  }

  tell(content) {
    this.touched = performance.now();
    this.post(content);
  }

  key(event) {
    const {key, target} = event, {controls, canvas, el, state} = this, {latent} = this.scene.panels || {};
    if (event.ctrlKey || event.metaKey || event.altKey || key === "Tab") return;
    if (key === "Escape") return this.large && document.exitFullscreen();
    if (key === "Enter" && event.shiftKey) return leave(el, event);
    event.stopPropagation();
    if (target !== el && target !== canvas) return;
    const x = (key === "ArrowRight") - (key === "ArrowLeft"), y = (key === "ArrowUp") - (key === "ArrowDown");
    const right = controls.next ? "next" : "step";
    const name = {" ": "play", r: "reset", R: "reset", ArrowRight: right, ArrowLeft: "back"}[key];
    if (latent && target === canvas && (x || y)) {
      const by = state.now.limit[0] / 40, [u, v] = state.now.moved;
      this.tell({move: [u + x * by, v + (latent.flat ? 0 : y * by)]});
    } else if (controls.to && (x || y)) this.tell(x ? {turn: x} : {by: y});
    else if (controls[name]) this.set(name, true);
    else return;
    event.preventDefault();
  }
}

export default {render: ({model, el, signal}) => { el.lvm = new View(model, el, signal); }};
