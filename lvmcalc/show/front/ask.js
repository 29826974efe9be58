// Boxes to type into: one for an answer, or one for each line of a derivation. What is told of each stands beneath it.
const element = (name, looks = {}, ...children) => {
  const it = Object.assign(document.createElement(name), looks);
  it.setAttribute("data-lm-suppress-shortcuts", "true"); // lest JupyterLab takes a key for a command
  it.append(...children);
  return it;
};

class Boxes {
  constructor(model, el) {
    Object.assign(this, {model, el, rows: [], sent: "", number: model.get("heard")});
    this.above = element("div", {className: "lvm-asked"});
    this.list = element(model.get("many") ? "ol" : "div", {className: "lvm-lines"});
    this.below = element("div", {className: "lvm-below"});
    this.told = element("div", {className: "lvm-told", hidden: !model.get("many")});
    el.classList.add("lvm", "lvmcalc-ask", "jupyter-widgets");
    el.setAttribute("role", "group");
    el.setAttribute("data-lm-suppress-shortcuts", "true");
    const add = element("button", {textContent: "+ Line", title: "Another line below (Ctrl+Enter)", onclick: () => this.make(this.rows.length).input.focus()});
    el.replaceChildren(this.above, this.list, this.told, ...model.get("many") ? [element("div", {className: "lvm-bar"}, add, element("span", {className: "lvm-keys", textContent: "Enter next line · Ctrl+Enter new line · ↑ ↓ move · Backspace in an empty line removes it"}))] : [], this.below);
    this.bound = {"comm_live_update": () => el.classList.add("jupyter-widgets-disconnected"), "change:written": () => this.fill(), "change:told": () => this.tell(),
                  "change:above change:below change:summary change:title change:label": () => this.say()};
    for (const names in this.bound) for (const name of names.split(" ")) model.on(name, this.bound[names]);
    this.fill();
    this.say();
  }

  close() { for (const names in this.bound) for (const name of names.split(" ")) this.model.off(name, this.bound[names]); }

  // What comes from Python
  show(it, html, status) { // HTML with formulas between $ signs
    if (it.lvmHtml === html) return;
    it.lvmHtml = html;
    for (const name of ["role", "aria-live"]) it.removeAttribute(name);
    if (status && html) Object.entries({role: "status", "aria-live": "polite"}).forEach(pair => it.setAttribute(...pair));
    it.innerHTML = html;
    const typesetter = this.model.widget_manager?._rendermime?.latexTypesetter;
    if (html.includes("$")) typesetter ? typesetter.typeset(it) : window.MathJax?.Hub ? MathJax.Hub.Queue(["Typeset", MathJax.Hub, it]) : window.MathJax?.typesetPromise?.([it]);
  }

  say() {
    const {model} = this;
    this.el.ariaLabel = model.get("title");
    this.name();
    for (const name of ["above", "below"]) this.show(this[name], model.get(name));
    this.show(this.told, model.get("summary"), true);
  }

  fill() {
    const lines = this.model.get("lines");
    while (this.rows.length > lines.length) this.rows.pop().it.remove();
    lines.forEach((text, k) => { (this.rows[k] || this.make(k)).input.value = text; });
    this.sent = JSON.stringify(lines);
    this.tell();
    if (this.goal != null) this.rows[Math.min(this.goal, this.rows.length - 1)].input.focus();
    this.goal = null;
  }

  tell() {
    this.el.classList.remove("jupyter-widgets-disconnected");
    const told = this.model.get("told");
    if (this.model.get("heard") < this.number) return; // it answers what has been changed since
    this.rows.forEach((row, k) => { this.show(row.told, told[k] || "", !this.model.get("many")); row.it.classList.toggle("lvm-broken", (told[k] || "").includes("lvm-first")); });
  }

  make(k) {
    const many = this.model.get("many"), row = {};
    row.input = element("input", {type: "text", spellcheck: false, autocomplete: "off", placeholder: this.model.get("hint")});
    row.told = element("div", {className: "lvm-verdict"});
    const gone = element("button", {textContent: "✕", title: "Remove this line", ariaLabel: "Remove this line", onclick: () => this.remove(this.rows.indexOf(row))});
    row.it = element(many ? "li" : "div", {}, element("div", {className: "lvm-line"}, ...many ? [row.input, gone] : [element("label", {}, row.name = element("span"), row.input)]), row.told);
    row.input.addEventListener("keydown", event => this.key(event, this.rows.indexOf(row)));
    row.input.addEventListener("input", () => row.told.classList.add("lvm-stale"));
    if (many) {
      row.input.addEventListener("change", () => this.send(this.rows.indexOf(row)));
      row.input.addEventListener("paste", event => this.paste(event, this.rows.indexOf(row)));
    }
    this.rows.splice(k, 0, row);
    this.list.insertBefore(row.it, this.list.children[k] || null);
    this.name();
    return row;
  }

  name() {
    this.rows.forEach((row, k) => {
      if (row.name) row.name.textContent = this.model.get("label");
      else row.input.ariaLabel = `Line ${k + 1}`;
    });
  }

  // Hand and keys
  get texts() { return this.rows.map(row => row.input.value); }

  send(at, force) {
    const lines = this.texts, all = JSON.stringify(lines);
    if (!force && all === this.sent) return;
    this.sent = all;
    this.rows.forEach((row, k) => { row.told.classList.remove("lvm-stale"); if (k >= at) this.show(row.told, ""); }); // no old verdict beside a new line
    this.show(this.told, "");
    if (lines[at].trim()) this.show(this.rows[at].told, "…");
    this.model.send({lines, at, number: ++this.number});
  }

  remove(k) {
    if (this.rows.length > 1) this.rows.splice(k, 1)[0].it.remove();
    else this.rows[0].input.value = "";
    this.name();
    this.send(Math.min(k, this.rows.length - 1), true);
    this.rows[Math.max(k - 1, 0)].input.focus();
  }

  paste(event, at) {
    const text = event.clipboardData.getData("text"), {input} = this.rows[at];
    if (!/\n|\\\\|\\begin/.test(text)) return;
    event.preventDefault();
    this.sent = "";
    this.goal = Infinity;
    this.model.send({lines: this.texts, at, number: ++this.number, paste: input.value.slice(0, input.selectionStart) + text + input.value.slice(input.selectionEnd)});
  }

  key(event, k) {
    const {key} = event, many = this.model.get("many"), {input} = this.rows[k];
    if (key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      if (many && (event.ctrlKey || event.metaKey || (k === this.rows.length - 1 && input.value.trim()))) this.make(k + 1);
      this.send(k, true);
      if (many) this.rows[k + 1]?.input.focus();
    } else if (many && key === "ArrowUp") this.rows[k - 1]?.input.focus();
    else if (many && key === "ArrowDown") this.rows[k + 1]?.input.focus();
    else if (many && key === "Backspace" && !input.value && this.rows.length > 1) { event.preventDefault(); this.remove(k); }
    if (key !== "Tab" && key !== "Escape" && !(key === "Enter" && event.shiftKey)) event.stopPropagation();
  }
}

export default {
  render({model, el}) {
    const boxes = new Boxes(model, el);
    return () => boxes.close();
  },
};
