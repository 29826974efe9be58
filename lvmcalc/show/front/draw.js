// The panels of a picture, drawn on a canvas: points, curves, bars, cells, lines.
// A pen is {g, size, ink, paper, dark}: the canvas, the size of type in pixels, and the colours of the page.
// A state gives the numbers by name: state.mix(name) as they are now on their way, state.now[name] where they go.

export const FAMILY = "system-ui, 'DejaVu Sans', sans-serif";
export const RED = {light: "#B2182B", dark: "#F08A76"}, BLUE = {light: "#0072B2", dark: "#56B4E9"};
export const VERMILLION = {light: "#C44E00", dark: "#FF8C42"};
const DASHES = {"-": [], "--": [6, 4], ":": [2, 3], "-.": [7, 3, 2, 3]};
const TURN = 2 * Math.PI;
export const dash = (g, style) => g.setLineDash(DASHES[style] || []);
export const clamp = (v, low, high) => Math.min(Math.max(v, low), high);

export function text(pen, words, x, y, {align = "left", base = "alphabetic", bold, halo, color, scale = 1, most} = {}) {
  const {g} = pen;
  g.font = `${bold ? "bold " : ""}${pen.size * scale}px ${FAMILY}`;
  Object.assign(g, {textAlign: align, textBaseline: base, fillStyle: color || pen.ink});
  if (halo) {
    Object.assign(g, {strokeStyle: pen.paper, lineWidth: pen.size / 4, lineJoin: "round"});
    dash(g);
    g.strokeText(words, x, y, most);
  }
  g.fillText(words, x, y, most);
}

export function stroke(pen, at, {color, width, style} = {}, close) { // a line through points
  const {g} = pen;
  Object.assign(g, {strokeStyle: color || pen.ink, lineWidth: width || 1});
  dash(g, style);
  g.beginPath();
  for (const [x, y] of at) g.lineTo(x, y);
  if (close) g.closePath();
  g.stroke();
  dash(g);
}

export const frame = (pen, x, y, w, h, looks) => stroke(pen, [[x, y], [x + w, y], [x + w, y + h], [x, y + h]], looks, true);

export function ring(pen, x, y, r, {color, width, style}) {
  const {g} = pen;
  Object.assign(g, {strokeStyle: color, lineWidth: width});
  dash(g, style);
  g.beginPath(); g.arc(x, y, r, 0, TURN); g.stroke();
  dash(g);
}

export function title(pen, box, p) {
  const {g, size} = pen;
  if (p.lit) { // the colour of its node in the graph
    g.font = `bold ${size}px ${FAMILY}`;
    g.fillStyle = p.lit;
    g.fillRect(box.x - 3, box.y - 0.1 * size, Math.min(g.measureText(p.title).width, box.w) + 6, 1.4 * size);
  }
  text(pen, p.title, box.x, box.y + size, {bold: true, most: box.w, color: p.lit && "#222222"});
}

// The corners of a marker, [turn, distance]: turns of a whole, distances in radii.
const regular = (n, first, far, near = far) =>
  [...Array(n).keys()].map(k => [k / n + first, k % 2 ? near : far]);
const cross = first => [...Array(4).keys()].flatMap(k => // each arm has two corners and an armpit
  [[-0.125, 0.51], [-0.055, 1.06], [0.055, 1.06]].map(([a, d]) => [k / 4 + first + a, d]));
const CORNERS = {s: regular(4, 0.125, 1.25), D: regular(4, 0, 1.25), p: regular(5, -0.25, 1.1),
                 "^": regular(3, -0.25, 1.2), v: regular(3, 0.25, 1.2), "<": regular(3, 0.5, 1.2),
                 ">": regular(3, 0, 1.2), "*": regular(10, -0.25, 1, 1 / 2.4), P: cross(0), X: cross(0.125)};
export function marker(pen, kind, x, y, r, {color, edge, width}) {
  const {g} = pen;
  Object.assign(g, {fillStyle: color, strokeStyle: edge, lineWidth: width});
  g.beginPath();
  if (!CORNERS[kind]) g.arc(x, y, r, 0, TURN);
  else for (const [a, d] of CORNERS[kind]) g.lineTo(x + r * d * Math.cos(TURN * a), y + r * d * Math.sin(TURN * a));
  g.closePath();
  g.fill();
  if (edge) g.stroke();
}

// What Python writes in ink has that of the page; black is for white paper only.
export const tone = (pen, color) => color === "#222222" ? pen.ink : color;
const seen = (pen, color) => pen.dark && color === "#000000" ? "#F2F2F2" : color;

// The latent space
const LIMIT = 0.995; // of the coordinates lie within the axes before there is room to spare
function far(xy, flat) {
  const sizes = xy.filter((_, i) => !flat || i % 2 === 0).map(Math.abs).sort();
  return sizes[Math.floor(LIMIT * (sizes.length - 1))] || 1;
}

export const points = {
  frame(pen, box, p, state) { // from data to pixels, with axes that follow the points
    const memo = state.memo[p.name] ||= {}, xy = state.now[p.name], {size} = pen;
    if (memo.of !== xy) {
      memo.of = xy;
      let need = far(xy, p.flat);
      for (const at of [state.now.ring, state.now.moved]) if (at) need = Math.max(need, Math.abs(at[0]), p.flat ? 0 : Math.abs(at[1]));
      if (!memo.goal || need > memo.goal || need < 0.7 * memo.goal) memo.goal = 1.15 * need;
    }
    memo.limit = !memo.limit || state.still ? memo.goal : memo.limit + 0.15 * (memo.goal - memo.limit);
    if (Math.abs(memo.limit - memo.goal) > 0.005 * memo.goal) state.again = true;
    const left = box.x + (p.flat ? 5.5 * size : 0), y = box.y + 1.6 * size, h = box.h - 1.6 * size - 1.5 * size, w = box.x + box.w - left;
    const low = p.flat ? 0.4 - p.classes.length : -memo.limit, high = p.flat ? 0.6 : memo.limit;
    return {left, y, w, h, x: v => left + w * (v / memo.limit + 1) / 2, Y: v => y + h * (high - v) / (high - low),
            inverse: (px, py) => [((px - left) / w * 2 - 1) * memo.limit, high - (py - y) / h * (high - low)]};
  },
  draw(pen, box, p, state) {
    const {g, size} = pen, f = this.frame(pen, box, p, state), xy = state.mix(p.name), r = p.labels.length > 500 ? 0.21 * size : 0.32 * size;
    frame(pen, f.left, f.y, f.w, f.h, {color: pen.faint});
    text(pen, p.xlabel, f.left + f.w / 2, box.y + box.h - 0.25 * size, {align: "center"});
    g.save();
    g.beginPath(); g.rect(f.left, f.y, f.w, f.h); g.clip();
    if (state.past.length > 1) { // trails of the last steps, while they are slow enough to be seen
      const trail = [...state.past.slice(0, -1), xy], every = Math.ceil(p.labels.length / 200);
      Object.assign(g, {globalAlpha: 0.35, lineWidth: 1});
      p.classes.forEach((look, k) => {
        g.strokeStyle = seen(pen, look.color);
        g.beginPath();
        for (const i of this.members(p)[k]) if (i % every === 0) trail.forEach((at, j) => g[j ? "lineTo" : "moveTo"](f.x(at[2 * i]), f.Y(at[2 * i + 1])));
        g.stroke();
      });
      g.globalAlpha = 1;
    }
    const dots = p.classes.map(look => sprite(pen, look, r)), d = roomOf(r);
    for (let i = 0; i < p.labels.length; i++) g.drawImage(dots[p.labels[i]], f.x(xy[2 * i]) - d, f.Y(xy[2 * i + 1]) - d, 2 * d, 2 * d);
    const at = state.hand || state.mix("moved");
    if (state.now.ring) {
      const from = state.mix("ring");
      for (const looks of [{color: pen.paper, width: 5}, {color: pen.ink, width: 2}]) {
        stroke(pen, [from, at].map(([u, v]) => [f.x(u), f.Y(v)]), looks);
        ring(pen, f.x(at[0]), f.Y(at[1]), 0.65 * size, looks);
      }
    }
    g.restore();
    this.names(pen, f, p, state);
  },
  members(p) {
    return p.members ||= p.classes.map((_, k) => [...p.labels.keys()].filter(i => p.labels[i] === k));
  },
  names(pen, f, p, state) { // each class is named at its middle; names that would overlap are pushed apart
    if (p.flat) return p.classes.forEach(({name}, k) => text(pen, name, f.left - 0.4 * pen.size, f.Y(-k), {align: "right", base: "middle", most: 5 * pen.size}));
    const memo = state.memo[p.name], xy = state.now[p.name], middle = (list, axis) => list.map(i => xy[2 * i + axis]).sort((a, b) => a - b)[list.length >> 1];
    if (memo.named !== xy) Object.assign(memo, {named: xy, from: memo.to, to: this.members(p).map(list => [middle(list, 0), middle(list, 1)])});
    pen.g.font = `bold ${1.25 * pen.size}px ${FAMILY}`;
    const at = p.classes.map(({name}, k) => {
      const [x, y] = memo.to[k].map((v, axis) => memo.from ? memo.from[k][axis] + state.t * (v - memo.from[k][axis]) : v);
      return {name, x: f.x(x), y: f.Y(y), w: pen.g.measureText(name).width + 4, h: 1.3 * pen.size};
    });
    for (let round = 0; round < 30; round++) for (const a of at) for (const b of at) {
      const dx = b.x - a.x, dy = b.y - a.y, x = (a.w + b.w) / 2 - Math.abs(dx), y = (a.h + b.h) / 2 - Math.abs(dy);
      if (a === b || x <= 0 || y <= 0) continue;
      const across = x < y, push = (across ? x : y) / 2 * ((across ? dx : dy) < 0 || !(across ? dx : dy) && at.indexOf(a) > at.indexOf(b) ? -1 : 1);
      if (across) { a.x -= push; b.x += push; } else { a.y -= push; b.y += push; }
    }
    for (const {name, x, y, w, h} of at) text(pen, name, clamp(x, f.left + w / 2, f.left + f.w - w / 2), clamp(y, f.y + h / 2, f.y + f.h - h / 2),
                                              {align: "center", base: "middle", bold: true, halo: true, scale: 1.25});
  },
  nearest(pen, box, p, state, px, py, reach) {
    const f = this.frame(pen, box, p, state), xy = state.now[p.name];
    let best = reach ** 2, found = -1;
    for (let i = 0; i < p.labels.length; i++) {
      const d = (f.x(xy[2 * i]) - px) ** 2 + (f.Y(xy[2 * i + 1]) - py) ** 2;
      if (d < best) [best, found] = [d, i];
    }
    return found;
  },
};

const sprites = new Map(), roomOf = r => Math.ceil(1.5 * r + 1);
function sprite(pen, look, r) { // a marker is drawn once, and copied for each object
  const key = [look.color, look.marker, r, pen.ratio, pen.ink].join(), room = roomOf(r), side = Math.round(2 * room * pen.ratio);
  if (sprites.has(key)) return sprites.get(key);
  const canvas = new OffscreenCanvas(side, side), g = canvas.getContext("2d");
  g.scale(pen.ratio, pen.ratio);
  g.globalAlpha = 0.85;
  marker({g}, look.marker, room, room, r, {color: seen(pen, look.color), edge: pen.ink, width: 0.4});
  sprites.set(key, canvas.transferToImageBitmap());
  return sprites.get(key);
}

// Curves
const DIGITS = "⁰¹²³⁴⁵⁶⁷⁸⁹";
const tenTo = k => k === 0 ? "1" : k === 1 ? "10" : `10${k < 0 ? "⁻" : ""}${[...String(Math.abs(k))].map(d => DIGITS[d]).join("")}`;
const percent = k => `${k >= -5 ? (100 * 10 ** k).toLocaleString("en", {maximumFractionDigits: 3}) : tenTo(k + 2)} %`;
export function plain(v) {
  const size = Math.abs(v);
  return !size ? "0" : (size && (size < 1e-3 || size >= 1e7) ? v.toExponential(2) : v.toLocaleString("en", {maximumSignificantDigits: 6})).replace("-", "−");
}
function ticks(low, high, count) {
  const raw = (high - low) / count, ten = 10 ** Math.floor(Math.log10(raw)), step = ten * [1, 2, 5, 10].find(k => k * ten >= raw), found = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + 1e-9 * step; k++) found.push(k * step);
  return found;
}
function axis(p, low, high, count, log, of) { // [place, words] of each tick
  if (!log) return ticks(low, high, count).map(v => [v, plain(v)]);
  const every = Math.max(1, Math.ceil((high - low) / count)), found = [];
  for (let k = Math.ceil(low / every) * every; k <= high; k += every) found.push([k, of === "percent" ? percent(k) : tenTo(k)]);
  return found;
}

export const curve = {
  draw(pen, box, p, state) {
    const {g, size} = pen, memo = state.memo[p.name] ||= {};
    const value = (v, log) => log ? Math.log10(Math.max(v, 1e-300)) : v;
    const series = p.series.map(look => {
      const flat = state.now[look.key] || [], n = flat.length / 2, at = [];
      for (let i = 0; i < n; i++) if (!p.ylog || flat[n + i] > 0) at.push([value(flat[i], p.xlog), Math.max(value(flat[n + i], p.ylog), p.ylog ? p.floor : -Infinity)]);
      if (at.length > 1 && n === memo[look.key] + 1) { // the last step is on its way
        const [[x, y], last] = at.slice(-2);
        at[at.length - 1] = [x + state.t * (last[0] - x), y + state.t * (last[1] - y)];
      }
      if (state.t >= 1) memo[look.key] = n;
      return {look, at};
    });
    const all = series.flatMap(one => one.at), xs = all.map(at => at[0]), ys = all.map(at => at[1]).concat(p.include || []);
    let [x0, x1, y0, y1] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
    if (!all.length) [x0, x1] = [0, 1];
    if (p.xlim) [x0, x1] = p.xlim;
    else if (!p.free) x1 = Math.max(x1, x0 + (p.xlog ? 1 : 20));
    if (p.ylim) [y0, y1] = p.ylim;
    else if (p.ylog) [y0, y1] = [Math.min(Math.floor(y0 - 0.05), Math.ceil(y1) - 2), Math.ceil(y1 + 0.02)];
    else [y0, y1] = [y0 - 0.08 * (y1 - y0 || 1), y1 + 0.12 * (y1 - y0 || 1)];
    const yticks = axis(p, y0, y1, 5, p.ylog, p.units);
    g.font = `${size}px ${FAMILY}`;
    const left = box.x + Math.max(...yticks.map(([, words]) => g.measureText(words).width), 2 * size) + 0.6 * size;
    const top = box.y + 1.9 * size, w = box.x + box.w - 0.8 * size - left, h = box.h - 1.9 * size - (p.xlabel ? 2.8 : 1.5) * size;
    const X = v => left + w * (v - x0) / (x1 - x0), Y = v => top + h * (y1 - v) / (y1 - y0);
    const across = (y, looks) => stroke(pen, [[left, y], [left + w, y]], looks);
    for (const [v, words] of yticks) {
      across(Y(v), {color: pen.faint});
      text(pen, words, left - 0.4 * size, Y(v), {align: "right", base: "middle"});
    }
    for (const [v, words] of axis(p, x0, x1, Math.max(2, Math.floor(w / (5 * size))), p.xlog)) text(pen, words, X(v), top + h + 1.15 * size, {align: "center"});
    if (p.xlabel) text(pen, p.xlabel, left + w / 2, top + h + 2.4 * size, {align: "center"});
    for (const line of p.lines || []) { // such as the exact optimum
      across(Y(line.at), {color: VERMILLION[pen.mode], width: 2, style: "--"});
      text(pen, line.words, left + w, Y(line.at) - 0.35 * size, {align: "right", bold: true, halo: true, color: VERMILLION[pen.mode]});
    }
    const labels = [];
    for (const {look, at} of series) {
      if (!at.length) continue;
      const color = look.color === "ink" ? pen.soft : look.color === "reached" || look.color === BLUE.light ? BLUE[pen.mode] : look.color, end = at[at.length - 1];
      stroke(pen, at.map(([x, y]) => [X(x), Y(y)]), {color, width: 0.18 * size, style: look.dash});
      for (const [x, y] of look.every ? at : look.bare ? [] : [end]) marker(pen, look.marker, X(x), Y(y), 0.32 * size, {color});
      if (look.label) labels.push({words: look.label, color, y: Y(end[1])});
    }
    const lines = [...Array(Math.floor(h / (1.3 * size))).keys()].map(k => top + (k + 0.6) * 1.3 * size), taken = [];
    g.font = `bold ${size}px ${FAMILY}`;
    for (const {words, y, color} of labels.sort((a, b) => a.y - b.y)) { // close to its end, where it hides no line, and for as long as it hides none
      const from = left + w - g.measureText(words).width - size, ys = [...taken, ...all.filter(([x]) => X(x) > from).map(at => Y(at[1]))];
      const free = lines.filter(line => ys.every(v => Math.abs(v - line) > size)), closest = (a, b) => Math.abs(b - y) < Math.abs(a - y) ? b : a;
      const at = free.includes(memo[words]) ? memo[words] : (free.length ? free : lines).reduce(closest);
      taken.push(memo[words] = at);
      text(pen, words, left + w - 0.3 * size, at, {align: "right", base: "middle", bold: true, halo: true, color: color === pen.soft ? pen.ink : color});
    }
  },
};

export const bars = {
  draw(pen, box, p, state) {
    const {g, size} = pen, model = state.mix(p.name), memo = state.memo[p.name] ||= {}, n = p.marks.length;
    const need = Math.max(...state.now[p.name], ...p.marks);
    if (!memo.top || need > memo.top || need < 0.5 * memo.top) memo.top = 1.15 * need;
    const top = box.y + 1.9 * size, h = box.h - 4.7 * size, Y = v => top + h * (1 - Math.max(v, 0) / memo.top), step = box.w / n;
    stroke(pen, [[box.x, top + h], [box.x + box.w, top + h]], {color: pen.faint});
    for (let j = 0; j < n; j++) {
      const x = box.x + (j + 0.5) * step;
      g.fillStyle = BLUE[pen.mode];
      g.fillRect(x - 0.32 * step, Y(model[j]), 0.64 * step, top + h - Y(model[j]));
      marker(pen, "D", x, Y(p.marks[j]), 0.28 * size, {color: pen.paper, edge: pen.ink, width: 1.5});
      if (j % Math.max(1, Math.ceil(2 * size / step)) === 0) text(pen, String(j + 1), x, top + h + 1.15 * size, {align: "center"});
    }
    text(pen, p.xlabel, box.x + box.w / 2, top + h + 2.4 * size, {align: "center", most: box.w});
  },
};

// Matrices and images. Signed numbers are red above 0 and blue below, images are ink; 0 is the page itself, in any theme.
const known = new Map();
function rgb(color) { // of #RRGGBB or rgb(…)
  if (!known.has(color)) known.set(color, color[0] === "#" ? [1, 3, 5].map(i => parseInt(color.slice(i, i + 2), 16)) : color.match(/[\d.]+/g).slice(0, 3).map(Number));
  return known.get(color);
}
const sheet = document.createElement("canvas");
export function image(pen, values, rows, columns, x, y, w, h, top, signed) {
  const {g} = pen, small = sheet.getContext("2d", {willReadFrequently: true});
  if (w <= 0 || h <= 0) return;
  Object.assign(sheet, {width: columns, height: rows});
  const data = small.createImageData(columns, rows);
  const [above, below] = signed ? [RED, BLUE].map(color => rgb(color[pen.mode])) : [rgb(pen.ink), rgb(pen.ink)];
  for (let i = 0; i < rows * columns; i++) {
    const part = clamp(Math.abs(values[i]) / top, 0, 1), [r, g, b] = values[i] > 0 ? above : below, at = 4 * i;
    [data.data[at], data.data[at + 1], data.data[at + 2], data.data[at + 3]] = [r, g, b, 255 * (signed ? part ** 0.8 : part)];
  }
  small.putImageData(data, 0, 0);
  g.imageSmoothingEnabled = false;
  g.drawImage(sheet, x, y, w, h);
}

export const cells = {
  place(pen, box, p) {
    const {size} = pen, lines = Math.ceil(p.count / p.columns), below = p.captions ? 1.5 * size : 0, gap = 0.5 * size;
    const top = box.y + (p.title ? 1.6 * size : 0), [rows, columns] = p.shape;
    let w = (box.w - 2 * gap) / p.columns - gap, h = (box.y + box.h - top - gap) / lines - gap - below;
    if (p.fill) { // cells are wide where numbers stand in them, else square
      h = Math.min(h, 4 * size * rows);
      const wide = h / rows > 1.2 * size ? 5 : 1;
      w = Math.min(w, 6 * size * columns, Math.max(wide * h * columns / rows, h / 3));
      h = Math.min(h, Math.max(wide * w * rows / columns, w / 3));
    } else { const cell = Math.min(w / columns, h / rows, p.most || 60); [w, h] = [cell * columns, cell * rows]; }
    return {w, h, at: k => [box.x + gap + (w + gap) * (k % p.columns), top + gap / 2 + (h + gap + below) * Math.floor(k / p.columns)]};
  },
  draw(pen, box, p, state) {
    const {g, size} = pen, values = state.mix(p.name), [rows, columns] = p.shape, each = rows * columns, {w, h, at} = this.place(pen, box, p);
    const all = state.now[p.name], top = p.top || all.reduce((most, v) => Math.max(most, Math.abs(v)), 0) || 1;
    if (each * p.count === 1) return text(pen, plain(Number(values[0].toPrecision(4))), box.x, box.y + Math.min(3.6 * size, box.h - 0.3 * size), {scale: 1.6, most: box.w});
    for (let k = 0; k < p.count; k++) {
      const [x, y] = at(k), own = values.subarray(k * each, (k + 1) * each);
      image(pen, own, rows, columns, x, y, w, h, top, p.signed);
      const [color, line] = p.outline || [pen.faint, "-"];
      frame(pen, x, y, w, h, {color: tone(pen, color), width: p.outline ? 2.5 : 1, style: line});
      if (p.captions) text(pen, p.captions[k], x + w / 2, y + h + 1.15 * size, {align: "center", most: w + size});
      if (p.fill && h / rows > 1.2 * size && w / columns > 2.6 * size)
        for (let i = 0; i < each; i++)
          text(pen, plain(Number(own[i].toPrecision(3))), x + w * (i % columns + 0.5) / columns, y + h * (Math.floor(i / columns) + 0.5) / rows,
               {align: "center", base: "middle", halo: true, most: w / columns - 2});
    }
    if (p.drag) { // the entry in hand
      const [x, y] = at(0), k = state.now.chosen[0];
      frame(pen, x + w / columns * (k % columns), y + h / rows * Math.floor(k / columns), w / columns, h / rows, {width: 0.25 * size});
    }
    if (p.boxed) { // the chosen object, above what is made of it
      const [x, y] = at(0), [, last] = at(p.count - p.columns);
      frame(pen, x - 3, y - 3, w + 6, last + h - y + 6, {width: 0.2 * size});
    }
  },
  nearest(pen, box, p, state, px, py) { // the entry that can be dragged
    const {w, h, at} = this.place(pen, box, p), [x, y] = at(0), [rows, columns] = p.shape, i = Math.floor(rows * (py - y) / h), j = Math.floor(columns * (px - x) / w);
    return p.drag && i >= 0 && i < rows && j >= 0 && j < columns ? columns * i + j : -1;
  },
};

export const lines = { // the numbers of some objects as dots, and what is made of them as lines
  draw(pen, box, p, state) {
    const {g, size} = pen, data = state.now[p.data], made = state.mix(p.name), D = p.length, n = data.length / D;
    const top = box.y + 1.8 * size, h = box.h - 3.5 * size, group = box.w / n, room = 0.1 * (p.high - p.low);
    const X = (k, i) => box.x + group * (k + (i + 1) / (D + 1)), Y = v => top + h * (p.high + room - v) / (p.high - p.low + 2 * room);
    for (let k = 0; k < n; k++) {
      const at = of => [...of.subarray(k * D, (k + 1) * D)].map((v, i) => [X(k, i), Y(v)]);
      stroke(pen, at(made), {color: BLUE[pen.mode], width: 0.18 * size});
      for (const [x, y] of at(data)) marker(pen, "o", x, y, 0.25 * size, {color: pen.ink});
      text(pen, p.captions[k], box.x + group * (k + 0.5), top + h + 1.2 * size, {align: "center", bold: !k, most: group - 4});
    }
  },
};

// The layout: columns of rows of panels; on a narrow page one column.
export function boxes(scene, width, height, size) {
  const found = {}, gap = 1.2 * size, narrow = width < 46 * size;
  const columns = narrow ? [[1, scene.layout.flatMap(([, rows]) => rows)]] : scene.layout;
  const share = (parts, room) => { const all = parts.reduce((sum, [part]) => sum + part, 0); return parts.map(([part]) => (room - gap * (parts.length - 1)) * part / all); };
  let x = 0;
  share(columns, width).forEach((w, c) => {
    let y = 0;
    share(columns[c][1], height).forEach((h, r) => {
      const cells = columns[c][1][r][1].map(name => [scene.panels[name].share || 1, name]);
      let at = x;
      share(cells, w).forEach((part, k) => { found[cells[k][1]] = {x: at, y, w: part, h}; at += part + gap; });
      y += h + gap;
    });
    x += w + gap;
  });
  return {found, rows: columns.reduce((sum, [, rows]) => narrow ? rows.length : Math.max(sum, rows.length), 0), narrow};
}
