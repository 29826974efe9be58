// What all widgets share: how an element is made, and how a view begins.
export function make(kind, looks = {}, ...children) { // such as "p.lvm-words"
  const [name, className = ""] = kind.split(".");
  const it = Object.assign(document.createElement(name), {className}, looks);
  it.dataset.lmSuppressShortcuts = "true"; // lest JupyterLab takes a key for a command, such as x, which cuts
  it.append(...children);
  return it;
}

export const floats = ({buffer, byteOffset: at, byteLength}) => // what is sent, as numbers
  new Float32Array(buffer.slice(at, at + byteLength));

export function begin(el, model, heard, ...parts) { // `heard`: what is done when Python changes something
  let [page, number] = [Math.random(), 0];
  el.dataset.lmSuppressShortcuts = "true";
  Object.assign(el, {role: "group", tabIndex: -1}).classList.add("lvm", "jupyter-widgets");
  el.replaceChildren(...parts);
  model.on("comm_live_update", () => el.classList.add("jupyter-widgets-disconnected"));
  for (const names in heard) model.on(names, heard[names]);
  return content => model.send({...content, sent: [page, ++number]}); // see messages.py
}

// After Shift+Enter a panel or a box has the focus: its cell, or the one below, is the active one.
export function greet(el, it) {
  const near = el.closest(".jp-Cell:is(.jp-mod-active, :has(+ .jp-mod-active))");
  if (!near || document.activeElement?.closest(".jp-Cell.jp-mod-active .lvm")) return;
  it.focus({preventScroll: true});
  if (it === el) el.scrollIntoView({block: "nearest"});
}

// Shift+Enter runs the next cell, as elsewhere in a notebook, which hears no key from within a panel.
export function leave(el, {code, keyCode}) {
  const next = el.closest(".jp-Cell")?.nextElementSibling, how = {bubbles: true, cancelable: true};
  next?.focus();
  next?.dispatchEvent(new KeyboardEvent("keydown", {key: "Enter", code, keyCode, shiftKey: true, ...how}));
}
