// Pictures to walk in: the map of a loss with arrows on it, and the graph of a chain.
import {BLUE, VERMILLION, dash, marker, ring, stroke, text, tone} from "./draw.js";

const floats = view => new Float32Array(view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength));
const SILENT = {color: "#CC79A7", width: 2, style: ":"}; // where path h contributes nothing
const shades = document.createElement("canvas");

function arrow(pen, from, to, {color, dash: style, width, head = 0.8, bow = 0, halo}) { // with a head that is no longer than the arrow
  const {g, size} = pen, [x, y] = from, [u, v] = to, length = Math.hypot(u - x, v - y);
  if (length < 3) return;
  const [nx, ny] = [(v - y) * bow, (x - u) * bow], [cx, cy] = [(x + u) / 2 + nx, (y + v) / 2 + ny];
  const angle = Math.atan2(v - cy, u - cx), h = Math.min(head * size, 0.6 * length);
  const [ex, ey] = [u - 0.8 * h * Math.cos(angle), v - 0.8 * h * Math.sin(angle)];
  for (const [paint, wide] of halo ? [[pen.paper, width + 4], [color, width]] : [[color, width]]) {
    Object.assign(g, {strokeStyle: paint, lineWidth: wide}); dash(g, paint === color ? style : "-");
    g.beginPath(); g.moveTo(x, y); g.quadraticCurveTo(cx, cy, ex, ey); g.stroke();
  }
  g.fillStyle = color;
  g.beginPath(); g.moveTo(u, v);
  for (const turn of [2.65, -2.65]) g.lineTo(u + h * Math.cos(angle + turn), v + h * Math.sin(angle + turn));
  g.fill(); dash(g);
}

export const map = {
  frame(pen, box, p) {
    const {size} = pen, [ex, ey] = p.edge, top = box.y + 1.6 * size, room = [box.w - 2.2 * size, box.h - 3.2 * size];
    const unit = Math.min(room[0] / (2 * ex), room[1] / (2 * ey)), left = box.x + 2 * size, w = 2 * ex * unit, h = 2 * ey * unit;
    return {left, y: top, w, h, unit, x: v => left + (v + ex) * unit, Y: v => top + (ey - v) * unit,
            inverse: (px, py) => [(px - left) / unit - ex, ey - (py - top) / unit]};
  },
  draw(pen, box, p, state) {
    const {g, size} = pen, f = this.frame(pen, box, p), trail = state.now[p.name];
    this.shade(pen, f, p);
    g.save();
    g.beginPath(); g.rect(f.left, f.y, f.w, f.h); g.clip();
    const pairs = flat => [...Array(flat.length / 2).keys()].map(i => [f.x(flat[2 * i]), f.Y(flat[2 * i + 1])]);
    for (const line of p.contours) stroke(pen, pairs(line), {color: pen.soft, width: 0.6});
    ring(pen, f.x(0), f.Y(0), f.unit, SILENT);
    for (const {words, x, y, marker: kind} of p.marks) {
      marker(pen, kind, f.x(x), f.Y(y), 0.6 * size, {color: VERMILLION[pen.mode], edge: pen.paper, width: 1.5});
      text(pen, words, f.x(0.8 * x), f.Y(0.8 * y) + (kind === "^" ? 1.5 * size : 0), {align: "center", base: "middle", halo: true});
    }
    const been = pairs(trail), now = been.pop(), last = been[been.length - 1] || now, color = BLUE[pen.mode];
    const [px, py] = now.map((v, i) => last[i] + state.t * (v - last[i]));
    stroke(pen, [...been, [px, py]], {color, width: 2.5});
    for (const [x, y] of been) marker(pen, "o", x, y, 3, {color});
    for (const {key, color, dash: style, width} of p.arrows) {
      const by = state.mix(key), to = [px + by[0] * f.unit, py - by[1] * f.unit], look = {color, dash: style, width: 2 * width, halo: key !== "step", head: key === "step" ? 1.3 : 0.9};
      arrow(pen, [px, py], to, look);
      if (key !== "step" && Math.hypot(...by) > 0.08) text(pen, key, to[0] + 0.5 * size, to[1] - 0.5 * size, {bold: true, halo: true, scale: 1.3, align: "center", base: "middle"});
    }
    marker(pen, "o", px, py, 0.4 * size, {color, edge: pen.paper, width: 1.5});
    g.restore();
    text(pen, "w₁", f.left + f.w / 2, f.y + f.h + 1.2 * size, {align: "center"});
    text(pen, "w₂", f.left - 0.4 * size, f.y + f.h / 2, {align: "right", base: "middle"});
  },
  shade(pen, f, p) { // the higher, the darker; in the dark theme, the brighter
    p.field ||= floats(p.heights);
    const small = shades.getContext("2d");
    Object.assign(shades, {width: p.columns, height: p.rows});
    const data = small.createImageData(p.columns, p.rows);
    for (let i = 0; i < p.field.length; i++) data.data.set(pen.dark ? [255, 255, 255, 70 * p.field[i]] : [0, 0, 0, 70 * p.field[i]], 4 * i);
    small.putImageData(data, 0, 0);
    pen.g.imageSmoothingEnabled = true;
    pen.g.drawImage(shades, f.left, f.y, f.w, f.h);
  },
};

export const legend = {
  draw(pen, box, p, state, scene) {
    const {size} = pen, rows = scene.panels[p.of].arrows;
    text(pen, `Arrows, drawn × ${state.now.scale[0].toFixed(1)}`, box.x, box.y + size, {bold: true, most: box.w});
    rows.forEach(({words, color, dash: style, width}, k) => {
      const y = box.y + (2.4 + 1.6 * k) * size;
      arrow(pen, [box.x, y], [box.x + 2.6 * size, y], {color, dash: style, width: 2 * width});
      text(pen, words, box.x + 3.2 * size, y, {base: "middle", most: box.w - 3.2 * size});
    });
    const y = box.y + (2.4 + 1.6 * rows.length) * size;
    stroke(pen, [[box.x, y], [box.x + 2.6 * size, y]], SILENT);
    text(pen, p.note, box.x + 3.2 * size, y, {base: "middle", most: box.w - 3.2 * size});
  },
};

export const graph = { // nodes stand in columns and lanes; a click on one goes there
  at(pen, box, p) {
    const xs = p.nodes.map(node => node.x), ys = p.nodes.map(node => node.y), span = list => [Math.min(...list), Math.max(...list)];
    const [[x0, x1], [y0, y1]] = [span(xs), span(ys)], {size} = pen;
    const apart = y1 > y0 ? (box.h - 5 * size) / (y1 - y0) : box.h; // a node and its shape stand above the next node
    const r = Math.min(1.25 * size, box.w / (x1 - x0 + 1) / 2.6, Math.max((apart - 1.4 * size) / 2, 0.75 * size));
    const top = box.y + 1.3 * r, h = box.h - 1.3 * r - r - 1.6 * pen.size, down = y1 > y0 ? Math.min(h / (y1 - y0), 6.5 * pen.size) : 0;
    const rest = (h - down * (y1 - y0)) / 2;
    return {r, step: box.w / (x1 - x0 + 1), at: node => [box.x + box.w * (node.x - x0 + 0.5) / (x1 - x0 + 1), top + rest + (y1 - node.y) * down]};
  },
  draw(pen, box, p, state) {
    const {g, size} = pen, {r, step, at} = this.at(pen, box, p), since = performance.now() - (state.memo.since ||= performance.now());
    const beats = !state.still && since < 3000 && p.edges.some(edge => edge.pulse); // the edge that is asked for
    const beat = beats ? 1 + 0.9 * Math.sin(Math.PI * since / 500) ** 2 : 1;
    state.again ||= beats;
    const gap = (node, down, across) => // from its middle, past the shape that stands below it
      node.shape && down > 0 && Math.abs(across / down) * (r + 0.8 * size) < size ? (r + 1.6 * size) / down : 1.35 * r;
    for (const edge of p.edges) {
      const [x, y] = at(p.nodes[edge.from]), [u, v] = at(p.nodes[edge.to]), length = Math.hypot(u - x, v - y);
      const [c, s] = [(u - x) / length, (v - y) / length], [out, into] = [gap(p.nodes[edge.from], s, c), gap(p.nodes[edge.to], -s, -c)];
      arrow(pen, [x + out * c, y + out * s], [u - into * c, v - into * s],
            {color: tone(pen, edge.color), dash: edge.dash, width: edge.width * (edge.pulse ? beat : 1), bow: edge.bow, head: edge.width > 3 ? 1.2 : 0.8});
    }
    for (const node of p.nodes) {
      const [x, y] = at(node);
      g.beginPath();
      if (node.leaf) g.rect(x - r, y - r, 2 * r, 2 * r); else g.arc(x, y, r, 0, 2 * Math.PI);
      Object.assign(g, {fillStyle: node.fill || pen.paper, strokeStyle: tone(pen, node.color), lineWidth: node.fill ? 3 : 1.6}); dash(g, node.dash);
      g.fill(); g.stroke(); dash(g);
      text(pen, node.words, x, y, {align: "center", base: "middle", scale: 1.15, bold: !!node.fill, color: node.fill ? "#222222" : pen.ink, most: 1.7 * r});
      text(pen, node.shape, x, y + r + 1.15 * size, {align: "center", halo: true, most: 0.9 * step});
    }
  },
  nearest(pen, box, p, state, px, py) {
    const {r, at} = this.at(pen, box, p);
    return p.nodes.findIndex(node => Math.hypot(at(node)[0] - px, at(node)[1] - py) < 1.3 * r);
  },
};
