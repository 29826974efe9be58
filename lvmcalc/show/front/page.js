// What all widgets share: how an element is made, and how a view begins.

export function make(kind, looks = {}, ...children) { // such as "p.lvm-words"
  const [name, className = ""] = kind.split("."), it = Object.assign(document.createElement(name), {className}, looks);
  ours(it);
  it.append(...children);
  return it;
}

// lest JupyterLab takes a key for a command, such as x, which cuts the cell
const ours = it => it.setAttribute("data-lm-suppress-shortcuts", "true");

export function begin(el, model, heard, ...parts) { // `heard`: what is done when Python changes something
  ours(el);
  Object.assign(el, {role: "group", tabIndex: -1}).classList.add("lvm", "jupyter-widgets");
  el.replaceChildren(...parts);
  model.on("comm_live_update", () => el.classList.add("jupyter-widgets-disconnected"));
  for (const names in heard) model.on(names, heard[names]);
}
