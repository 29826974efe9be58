// Boxes to type into, for an answer or the lines of a derivation. What is told of each stands beneath it.
import {begin, greet, leave, make} from "./page.js";

class Boxes {
  constructor(model, el) {
    Object.assign(this, {model, el, rows: [], sent: "", number: model.get("heard"), many: model.get("many")});
    [this.above, this.told, this.below] = ["div", "div.lvm-told", "div"].map(name => make(name));
    this.list = make(this.many ? "ol.lvm-lines" : "div.lvm-lines");
    const add = make("button", {textContent: "+ Line", title: "Another line below (Ctrl+Enter)",
                                onclick: () => this.add(this.rows.length).input.focus()});
    const help = "Enter next line · Ctrl+Enter new line · ↑ ↓ move · Backspace in an empty line removes it";
    const bar = make("div.lvm-bar", {hidden: !this.many}, add, make("span.lvm-keys", {textContent: help}));
    this.post = begin(el, model, {
      "change:written": () => this.fill(), "change:told": () => this.tell(),
      "change:above change:below change:summary change:title change:label": () => this.say(),
    }, this.above, this.list, this.told, bar, this.below);
    el.classList.add("lvmcalc-ask");
    [this.fill(), this.say()];
    setTimeout(() => el.closest(".lvmcalc-walk") || greet(el, this.rows[0].input), 60);
  }

  // What comes from Python
  show(it, html, status) { // HTML with formulas between $ signs
    if (it.lvmHtml === html) return;
    const [role, ariaLive] = status && html ? ["status", "polite"] : [null, null];
    Object.assign(it, {lvmHtml: html, innerHTML: html, role, ariaLive});
    if (!html.includes("$")) return;
    const lab = this.model.widget_manager?._rendermime?.latexTypesetter, {MathJax} = window;
    if (lab) lab.typeset(it);
    else if (MathJax?.Hub) MathJax.Hub.Queue(["Typeset", MathJax.Hub, it]);
    else MathJax?.typesetPromise?.([it]);
  }

  say() {
    for (const name of ["above", "below"]) this.show(this[name], this.model.get(name));
    this.show(this.told, this.model.get("summary"), true);
    this.el.ariaLabel = this.model.get("title");
    this.name();
  }

  fill() {
    const lines = this.model.get("lines"), {rows} = this;
    while (rows.length > lines.length) rows.pop().it.remove();
    lines.forEach((text, k) => { (rows[k] || this.add(k)).input.value = text; });
    this.sent = lines.join("\n");
    this.tell();
    if (this.pasted) this.pasted = rows.at(-1).input.focus(); // only once
  }

  tell() {
    this.el.classList.remove("jupyter-widgets-disconnected");
    if (this.model.get("heard") < this.number) return; // it answers what has been changed since
    this.rows.forEach(({it, told}, k) => {
      const html = this.model.get("told")[k] || "";
      this.show(told, html, !this.many);
      it.classList.toggle("lvm-broken", html.includes("lvm-first"));
    });
    if (document.fullscreenElement) this.list.scrollIntoView({block: "nearest"}); // a room sees the verdict
  }

  add(k) {
    const at = () => this.rows.indexOf(row), title = "Remove this line";
    const told = make("div.lvm-verdict"), name = make("span"), placeholder = this.model.get("hint");
    const input = make("input", {type: "text", spellcheck: false, autocomplete: "off", placeholder});
    const out = make("button", {textContent: "✕", title, ariaLabel: title, onclick: () => this.remove(at())});
    const line = make("div.lvm-line", {}, make("label", {}, name, input), ...this.many ? [out] : []);
    const row = {input, told, name, it: make(this.many ? "li" : "div", {}, line, told)};
    input.onkeydown = event => this.key(event, at());
    input.oninput = () => told.classList.add("lvm-stale");
    input.onchange = () => this.many && this.send(at());
    input.onpaste = event => this.many && this.paste(event, at());
    this.rows.splice(k, 0, row);
    this.list.insertBefore(row.it, this.list.children[k] || null);
    this.name();
    return row;
  }

  name() {
    const label = this.model.get("label");
    for (const [k, {name, input}] of this.rows.entries())
      [name.textContent, input.ariaLabel] = [label, label || `Line ${k + 1}`];
  }

  // Hand and keys
  send(at, force, paste) {
    const lines = this.rows.map(row => row.input.value), all = lines.join("\n");
    if (!force && all === this.sent) return;
    this.sent = all;
    this.rows.forEach(({told}, k) => { // no old verdict beside a new line
      told.classList.remove("lvm-stale");
      if (k >= at) this.show(told, k === at && lines[k].trim() ? "…" : "");
    });
    this.show(this.told, "");
    this.post({lines, at, number: ++this.number, ...paste});
  }

  remove(k) {
    if (this.rows.length > 1) this.rows.splice(k, 1)[0].it.remove();
    else this.rows[0].input.value = "";
    this.name();
    this.send(Math.min(k, this.rows.length - 1), true);
    this.rows[Math.max(k - 1, 0)].input.focus();
  }

  paste(event, at) {
    const {clipboardData, target: {value, selectionStart: from, selectionEnd: to}} = event;
    const text = clipboardData.getData("text");
    if (!/\n|\\\\|\\begin/.test(text)) return;
    event.preventDefault();
    this.pasted = true;
    this.send(at, true, {paste: value.slice(0, from) + text + value.slice(to)});
  }

  key(event, k) {
    const {key, shiftKey, target} = event, {many, rows} = this, go = to => rows[to]?.input.focus();
    if (key === "Enter" && shiftKey) leave(this.el, event);
    if (key === "Tab" || key === "Escape" || key === "Enter" && shiftKey) return;
    event.stopPropagation();
    if (key === "Enter") {
      event.preventDefault();
      const last = k === rows.length - 1 && target.value.trim();
      if (many && (event.ctrlKey || event.metaKey || last)) this.add(k + 1);
      this.send(k, true);
      if (many) go(k + 1);
    } else if (many && (key === "ArrowUp" || key === "ArrowDown")) go(key === "ArrowUp" ? k - 1 : k + 1);
    else if (many && key === "Backspace" && !target.value && rows.length > 1) {
      event.preventDefault();
      this.remove(k);
    }
  }
}

export default { render: ({model, el}) => { new Boxes(model, el); } };
