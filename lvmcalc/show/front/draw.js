// The panels of a picture, drawn on a canvas: points, curves, bars, cells, lines.
// A pen is {g, size, ink, paper, …}: the canvas, the size of type in pixels, the colours of the page.
// A state gives numbers by name: state.mix(name) as they are on their way, state.now[name] where they go.

export const THEMES = {
  light: {faint: "#D0D0D0", soft: "#777", black: "#000", red: "#B2182B", blue: "#0072B2", orange: "#C44E00"},
  dark: {faint: "#555", soft: "#AAA", black: "#F2F2F2", red: "#F08A76", blue: "#56B4E9", orange: "#FF8C42"},
};
const long = (dash, width) => ({"--": [6, 4], ":": [2, 3]}[dash] || []).map(d => d * Math.max(1, width / 2));
export const clamp = (v, low, high) => Math.min(Math.max(v, low), high);
export const count = n => [...Array(Math.max(n, 0)).keys()];
export const between = (from, to, t) => to.map((v, i) => from[i] + t * (v - from[i]));
export const pairs = flat => count(flat.length / 2).map(i => [flat[2 * i], flat[2 * i + 1]]);
// What Python writes in ink, grey or blue has that of the page.
export const tone = ({ink, soft, blue}, color) =>
  ({"#222222": ink, "#777777": soft, "#0072B2": blue})[color] || color;

const CENTER = {align: "center"}, TURN = 2 * Math.PI;
export const MIDDLE = {...CENTER, base: "middle"}, RIGHT = {align: "right", base: "middle"};
const font = (pen, bold, scale = 1) =>
  `${bold ? "bold " : ""}${pen.size * scale}px system-ui, 'DejaVu Sans', sans-serif`;
export function text(pen, words, x, y, looks = {}) {
  const {align = "left", base = "alphabetic", bold, halo, color = pen.ink, scale, most} = looks, {g} = pen;
  Object.assign(g, {font: font(pen, bold, scale), textAlign: align, textBaseline: base, fillStyle: color});
  Object.assign(g, {strokeStyle: pen.paper, lineWidth: pen.size / 4, lineJoin: "round"}).setLineDash([]);
  if (halo) g.strokeText(words, x, y, most);
  g.fillText(words, x, y, most);
}
const widthOf = (pen, words, bold) => Object.assign(pen.g, {font: font(pen, bold)}).measureText(words).width;

export function paint({g}, trace, {fill, color, width = 1, dash}) { // filled, with an edge
  Object.assign(g, {fillStyle: fill, strokeStyle: color, lineWidth: width}).setLineDash(long(dash, width));
  g.beginPath();
  trace(g);
  if (fill) g.fill();
  if (color) g.stroke();
}
export const stroke = (pen, at, looks) => paint(pen, g => at.forEach(([x, y]) => g.lineTo(x, y)), looks);
export const frame = (pen, {x, y, w, h}, looks) => paint(pen, g => g.rect(x, y, w, h), looks);
export const clip = (pen, place) => (frame(pen, place, {}), pen.g.clip());

export function title(pen, {x, y, w}, {title: words, lit}) { // `lit`: the colour of its node in the graph
  const {size} = pen, wide = Math.min(widthOf(pen, words, true), w);
  if (lit) frame(pen, {x: x - 3, y: y - 0.1 * size, w: wide + 6, h: 1.4 * size}, {fill: lit});
  text(pen, words, x, y + size, {bold: true, most: w, color: lit ? "#222222" : pen.ink});
}

// Axes in a box, from data to pixels and back; the margins are in sizes of type.
export function axes({size}, box, [left, above, right, below], [x0, x1], [y0, y1]) {
  const x = box.x + left * size, w = box.w - (left + right) * size;
  const y = box.y + above * size, h = box.h - (above + below) * size;
  return {x, y, w, h, at: ([u, v]) => [x + w * (u - x0) / (x1 - x0), y + h * (y1 - v) / (y1 - y0)],
          inverse: ([u, v]) => [x0 + (x1 - x0) * (u - x) / w, y1 - (y1 - y0) * (v - y) / h]};
}

// The corners of a marker, [turn, distance]: turns of a whole, distances in radii.
const regular = (n, first, far, near = far) => count(n).map(k => [k / n + first, k % 2 ? near : far]);
const cross = first => count(4).flatMap(k => // each arm has two corners and an armpit
  [[-0.125, 0.51], [-0.055, 1.06], [0.055, 1.06]].map(([a, d]) => [k / 4 + first + a, d]));
const CORNERS = {
  s: regular(4, 0.125, 1.25), D: regular(4, 0, 1.25), p: regular(5, -0.25, 1.1), "^": regular(3, -0.25, 1.2),
  v: regular(3, 0.25, 1.2), "<": regular(3, 0.5, 1.2), ">": regular(3, 0, 1.2),
  "*": regular(10, -0.25, 1, 1 / 2.4), P: cross(0), X: cross(0.125),
};
export const marker = (pen, kind, [x, y], r, looks) => paint(pen, g => {
  if (!CORNERS[kind]) g.arc(x, y, r, 0, TURN);
  for (const [turn, far] of CORNERS[kind] || [])
    g.lineTo(x + r * far * Math.cos(TURN * turn), y + r * far * Math.sin(TURN * turn));
  g.closePath();
}, looks);

// The latent space
const seen = (pen, {color}) => color === "#000000" ? pen.black : color; // black is for white paper only
export const points = {
  axes(pen, box, p, state) {
    const limit = state.mix("limit")[0], across = [-limit, limit];
    const up = p.flat ? [0.4 - p.classes.length, 0.6] : across; // flat: each class has a row
    return axes(pen, box, [p.flat ? 5.5 : 0, 1.6, 0, 1.5], across, up);
  },
  draw(pen, box, p, state) {
    const {g, size} = pen, place = this.axes(pen, box, p, state), {x, y, w, h, at} = place;
    const shown = pairs(state.mix(p.name)).map(at), r = (shown.length > 500 ? 0.21 : 0.32) * size;
    frame(pen, place, {color: pen.faint});
    text(pen, p.xlabel, x + w / 2, y + h + 1.25 * size, CENTER);
    g.save();
    clip(pen, place);
    g.globalAlpha = 0.35; // trails of the last steps, while they are slow enough to be seen
    const past = state.past.slice(0, -1).map(xy => pairs(xy).map(at)), every = Math.ceil(shown.length / 200);
    if (past.length) p.labels.forEach((k, i) => {
      if (i % every === 0) stroke(pen, [...past, shown].map(xy => xy[i]), {color: seen(pen, p.classes[k])});
    });
    g.globalAlpha = 1;
    const dots = p.classes.map(look => sprite(pen, look, r)), d = dots[0].width / pen.ratio;
    shown.forEach(([u, v], i) => g.drawImage(dots[p.labels[i]], u - d / 2, v - d / 2, d, d));
    const way = [state.mix("ring"), state.hand || state.mix("moved")].map(at);
    for (const looks of [{color: pen.paper, width: 5}, {color: pen.ink, width: 2}]) {
      stroke(pen, way, looks);
      marker(pen, "o", way[1], 0.65 * size, looks);
    }
    g.restore();
    const large = {...MIDDLE, bold: true, halo: true, scale: 1.25}, beside = {...RIGHT, most: 5 * size};
    const rows = p.classes.map((_, k) => [x - 0.4 * size, at([0, -k])[1]]);
    const places = p.flat ? rows : pairs(state.mix("names")).map(at), looks = p.flat ? beside : large;
    p.classes.forEach(({name}, k) => text(pen, name, ...places[k], looks));
  },
  under(pen, box, p, state, here) { // the latent point can be dragged, a dot chosen
    const {x, y, w, h, at, inverse} = this.axes(pen, box, p, state), {ring, moved} = state.now;
    const far = spot => Math.hypot(at(spot)[0] - here[0], at(spot)[1] - here[1]);
    const drag = (u, v) => { // no farther than the edges
      const to = inverse([clamp(u, x + 12, x + w - 12), clamp(v, y + 12, y + h - 12)]);
      return {move: p.flat ? [to[0], ring[1]] : to};
    };
    if (far(moved) < 18) return {cursor: "grab", drag};
    const away = pairs(state.now[p.name]).map(far), least = Math.min(...away), choose = away.indexOf(least);
    const hint = `object ${choose}, class ${p.classes[p.labels[choose]].name}`;
    return least < 16 ? {cursor: "pointer", choose, hint} : {};
  },
};

const sprites = {};
function sprite(pen, look, r) { // a marker is drawn once, and copied for each object
  const side = Math.ceil((3 * r + 2) * pen.ratio), key = [look.color, look.marker, side, pen.ink].join();
  if (sprites[key]) return sprites[key];
  const canvas = new OffscreenCanvas(side, side), g = canvas.getContext("2d");
  g.setTransform(pen.ratio, 0, 0, pen.ratio, side / 2, side / 2);
  g.globalAlpha = 0.85;
  marker({g}, look.marker, [0, 0], r, {fill: seen(pen, look), color: pen.ink, width: 0.4});
  return sprites[key] = canvas.transferToImageBitmap();
}

// Curves
const tenTo = k => [1, 10][k] || `10${String(k).replace(/./g, c => "⁰¹²³⁴⁵⁶⁷⁸⁹"[c] || "⁻")}`;
const percent = k => `${k < -5 ? tenTo(k + 2) : plain(100 * 10 ** k)} %`;
function plain(v, maximumSignificantDigits = 6, digits = 0) { // at least so many behind the point
  const size = Math.abs(v), far = size && (size < 1e-3 || size >= 1e7);
  const looks = digits > 0 ? {minimumFractionDigits: Math.ceil(digits)} : {maximumSignificantDigits};
  return (far ? v.toExponential(2) : v.toLocaleString("en", looks)).replace("-", "−");
}
function ticks(low, high, most, name) { // [place, words] of each; `name` is that of a power of ten
  const raw = (high - low) / most, ten = 10 ** Math.floor(Math.log10(raw));
  const step = name ? Math.max(1, Math.ceil(raw)) : ten * [1, 2, 5, 10].find(k => k * ten >= raw);
  const first = Math.ceil(low / step - 1e-9), n = Math.floor(high / step + 1e-9) - first + 1;
  return count(n).map(k => (k + first) * step).map(v => [v, (name || plain)(v, 6, -Math.log10(step))]);
}

export const curve = {
  draw(pen, box, p, state) {
    const {size} = pen, memo = state.memo[p.name] ||= {}, log = (v, so) => so ? Math.log10(v) : v;
    const series = p.series.filter(({key}) => state.now[key]?.length).map(look => {
      const flat = state.now[look.key], n = flat.length / 2, grown = n > 1 && n === memo[look.key] + 1;
      const spots = count(n).map(i => [log(flat[i], p.xlog), log(flat[n + i], p.ylog)]);
      if (grown) spots[n - 1] = between(...spots.slice(-2), state.t); // it is on its way
      if (state.t >= 1) memo[look.key] = n;
      return {...look, spots, color: tone(pen, look.color)};
    });
    const [x0, x1, y0, y1] = state.mix("axes"), kind = p.units === "percent" ? percent : tenTo;
    const yticks = ticks(y0, y1, 5, p.ylog && kind), wide = yticks.map(([, words]) => widthOf(pen, words));
    const left = Math.max(...wide, 2 * size) / size + 0.6, below = p.xlabel ? 2.8 : 1.5;
    const {x, y, w, h, at} = axes(pen, box, [left, 1.9, 0.8, below], [x0, x1], [y0, y1]);
    for (const [v, words] of yticks) {
      stroke(pen, [at([x0, v]), at([x1, v])], {color: pen.faint});
      text(pen, words, x - 0.4 * size, at([x0, v])[1], RIGHT);
    }
    for (const [v, words] of ticks(x0, x1, Math.max(2, Math.floor(w / (5 * size))), p.xlog && tenTo))
      text(pen, words, at([v, 0])[0], y + h + 1.15 * size, CENTER);
    text(pen, p.xlabel, x + w / 2, y + h + 2.4 * size, CENTER);
    for (const {spots, color, dash, marker: kind, every, bare} of series) {
      stroke(pen, spots.map(at), {color, width: 0.18 * size, dash});
      const first = every ? 0 : bare ? spots.length : -1; // of those with a marker
      for (const spot of spots.slice(first)) marker(pen, kind, at(spot), 0.32 * size, {fill: color});
    }
    // A name stands at the end of its line, below those of higher lines, where it hides none if possible.
    const step = 1.3 * size, rows = count(Math.floor(h / step)), top = k => y + (k + 0.6) * step;
    const all = series.flatMap(it => it.spots.map(at)), end = it => at(it.spots.at(-1))[1];
    const named = series.filter(it => it.label).sort((a, b) => end(a) - end(b)), row = memo.row ||= {};
    named.forEach((it, n) => {
      const from = x + w - size - widthOf(pen, it.label, true), low = rows.length - named.length + n;
      const hides = k => all.some(([u, v]) => u > from && Math.abs(v - top(k)) < size);
      const bad = k => 1e4 * (k <= row[named[n - 1]?.label] || k > low) + 1e3 * hides(k);
      const cost = k => bad(k) + Math.abs(top(k) - end(it)) - 2 * step * (k === row[it.label]);
      const best = row[it.label] = rows.reduce((a, b) => cost(b) < cost(a) ? b : a); // it seldom jumps
      text(pen, it.label, x + w - 0.3 * size, top(best), {...RIGHT, bold: true, halo: true, color: it.color});
    });
  },
};

export const bars = {
  draw(pen, box, p, state) {
    const {g, size} = pen, model = state.mix(p.name), memo = state.memo[p.name] ||= {top: 0};
    const need = Math.max(...state.now[p.name], ...p.marks), n = p.marks.length;
    if (need > memo.top || need < 0.5 * memo.top) memo.top = 1.15 * need;
    const {x, y, w, h, at} = axes(pen, box, [0, 1.9, 0, 2.8], [0.5, n + 0.5], [0, memo.top]), step = w / n;
    stroke(pen, [[x, y + h], [x + w, y + h]], {color: pen.faint});
    p.marks.forEach((mark, j) => {
      const [middle, top] = at([j + 1, Math.max(model[j], 0)]);
      g.fillStyle = pen.blue;
      g.fillRect(middle - 0.32 * step, top, 0.64 * step, y + h - top);
      marker(pen, "D", at([j + 1, mark]), 0.28 * size, {fill: pen.paper, color: pen.ink, width: 1.5});
      if (j % Math.ceil(2 * size / step) === 0) text(pen, String(j + 1), middle, y + h + 1.15 * size, CENTER);
    });
    text(pen, p.xlabel, x + w / 2, y + h + 2.4 * size, {...CENTER, most: w});
  },
};

// Matrices and images. Signed numbers are red above 0 and blue below, others are ink; 0 is the page itself.
const rgb = hex => hex.match(/\w\w/g).map(two => parseInt(two, 16)), sheet = document.createElement("canvas");
export function image(pen, values, [rows, columns], {x, y, w, h}, top, signed, smooth = false) {
  const {g, red, blue, tint} = pen, small = sheet.getContext("2d", {willReadFrequently: true});
  if (w <= 0 || h <= 0) return;
  Object.assign(sheet, {width: columns, height: rows});
  const all = small.createImageData(columns, rows), colors = signed ? [rgb(red), rgb(blue)] : [tint, tint];
  values.forEach((v, i) => {
    all.data.set(colors[v > 0 ? 0 : 1], 4 * i);
    all.data[4 * i + 3] = 255 * Math.min(Math.abs(v) / top, 1) ** (signed ? 0.8 : 1);
  });
  small.putImageData(all, 0, 0);
  g.imageSmoothingEnabled = smooth || w < columns || h < rows; // lest a diagonal has holes
  g.drawImage(sheet, x, y, w, h);
}

export const cells = {
  place(pen, box, p) { // where matrix k stands, and each cell of the first one
    const {size} = pen, gap = 0.5 * size, [rows, columns] = p.shape, top = box.y + 1.6 * size;
    const lines = Math.ceil(p.count / p.columns), {most = 60, fill = 0} = p, part = fill / 3; // no sliver
    let w = Math.min((box.w - 2 * gap) / p.columns - gap, columns * (fill ? 6 * size : most));
    let h = Math.min((box.y + box.h - top - gap) / lines - gap, rows * (fill ? 4 * size : most));
    const wide = fill && h > 0.9 * size * rows ? 5 : 1; // where numbers stand in the cells
    w = Math.min(w, Math.max(wide * h * columns / rows, part * h));
    h = Math.min(h, Math.max(wide * w * rows / columns, part * w));
    const nth = (x, y, w, h, gap, across) => k => ( // in rows
      {x: x + (w + gap) * (k % across), y: y + (h + gap) * Math.floor(k / across), w, h});
    const [x, y] = [box.x + gap, top + gap / 2];
    return {at: nth(x, y, w, h, gap, p.columns), cell: nth(x, y, w / columns, h / rows, 0, columns)};
  },
  draw(pen, box, p, state) {
    const {size, ink} = pen, values = state.mix(p.name), each = p.shape[0] * p.shape[1];
    const {at, cell} = this.place(pen, box, p), [color, dash] = p.outline || [pen.faint];
    const top = p.top || state.now[p.name].reduce((most, v) => Math.max(most, Math.abs(v)), 0) || 1;
    if (each * p.count === 1) { // below its title, or beside it
      const [x, y, scale] = box.h > 3.4 * size ? [0, 3.4, 1.6] : [widthOf(pen, p.title, true) + size, 1, 1];
      return text(pen, plain(values[0], 4), box.x + x, box.y + y * size, {scale, most: box.w - x});
    }
    for (const k of count(p.count)) {
      image(pen, values.subarray(k * each, (k + 1) * each), p.shape, at(k), top, p.signed);
      frame(pen, at(k), {color: tone(pen, color), width: p.outline ? 2.5 : 1, dash});
    }
    const {w, h} = cell(0), inside = {...MIDDLE, halo: true, most: w - 2};
    if (p.fill && p.count === 1 && h > 1.15 * size && w > 2.6 * size)
      values.forEach((v, i) => text(pen, plain(v, 3), cell(i).x + w / 2, cell(i).y + h / 2, inside));
    if (p.drag) frame(pen, cell(state.now.chosen[0]), {color: ink, width: 0.25 * size}); // the entry in hand
    if (p.boxed) { // the chosen object, above what is made of it
      const {x, y, w} = at(0), last = at(p.count - p.columns);
      frame(pen, {x: x - 3, y: y - 3, w: w + 6, h: last.y + last.h - y + 6}, {color: ink, width: 0.2 * size});
    }
  },
  under(pen, box, p, state, [u, v]) { // the entry that can be dragged
    const {cell} = this.place(pen, box, p), by = state.now.step?.[0] / 8;
    const inside = ({x, y, w, h}) => u >= x && u < x + w && v >= y && v < y + h;
    const choose = p.drag ? count(p.shape[0] * p.shape[1]).findIndex(i => inside(cell(i))) : -1;
    const from = state.now[p.name][choose], drag = (x, y) => ({nudge: from + by * (x - u + v - y)});
    return choose < 0 ? {} : {cursor: "ns-resize", grip: {choose}, drag};
  },
};

export const lines = { // the numbers of some objects as dots, and what is made of them as lines
  draw(pen, box, p, state) {
    const {size} = pen, data = state.now[p.data], made = state.mix(p.name), D = p.length;
    const room = 0.1 * (p.high - p.low), n = p.captions.length, group = box.w / n;
    const {y, h, at} = axes(pen, box, [0, 1.8, 0, 1.7], [0, n * (D + 1)], [p.low - room, p.high + room]);
    p.captions.forEach((words, k) => {
      const spots = of => [...of.subarray(k * D, (k + 1) * D)].map((v, i) => at([k * (D + 1) + i + 1, v]));
      stroke(pen, spots(made), {color: pen.blue, width: 0.18 * size});
      for (const spot of spots(data)) marker(pen, "o", spot, 0.25 * size, {fill: pen.ink});
      text(pen, words, box.x + group * (k + 0.5), y + h + 1.2 * size, {...CENTER, bold: !k, most: group - 4});
    });
  },
};

// The layout: columns of rows of panels; on a narrow page one column.
export function boxes(scene, width, height, size) {
  const found = {}, gap = 1.2 * size, narrow = width < 46 * size, {panels, layout} = scene;
  const columns = narrow ? [[1, layout.flatMap(([, rows]) => rows)]] : layout;
  const share = (parts, at, room, place) => {
    const all = parts.reduce((sum, [part]) => sum + part, 0), free = room - gap * (parts.length - 1);
    for (const [part, held] of parts) {
      place(held, at, free * part / all);
      at += free * part / all + gap;
    }
  };
  share(columns, 0, width, (rows, left, wide) => share(rows, 0, height, (names, y, h) => {
    const parts = names.map(name => [panels[name].share || 1, name]);
    share(parts, left, wide, (name, x, w) => { found[name] = {x, y, w, h}; });
  }));
  return {found, rows: Math.max(...columns.map(([, rows]) => rows.length)), narrow};
}
