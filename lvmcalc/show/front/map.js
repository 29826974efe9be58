// Pictures to walk in: the map of a loss with arrows on it, and the graph of a chain.
import {MIDDLE, axes, between, clip, image, marker, paint, pairs, stroke, text, tone} from "./draw.js";
import {floats} from "./page.js";

function arrow(pen, [x, y], [u, v], {color, dash, width, head = 0.8, bow = 0, halo}) {
  const length = Math.hypot(u - x, v - y), h = Math.min(head * pen.size, 0.6 * length); // of the head
  if (length < 3) return;
  const [cx, cy] = [(x + u) / 2, (y + v) / 2 + (u - x) * bow]; // as the layout has it
  const angle = Math.atan2(v - cy, u - cx);
  const at = (far, turn) => [u + far * Math.cos(angle + turn), v + far * Math.sin(angle + turn)];
  const shaft = g => { g.moveTo(x, y); g.quadraticCurveTo(cx, cy, ...at(-0.8 * h, 0)); };
  if (halo) paint(pen, shaft, {color: pen.paper, width: width + 4});
  paint(pen, shaft, {color, width, dash});
  stroke(pen, [[u, v], at(h, 2.65), at(h, -2.65)], {fill: color});
}

export const map = {
  axes(pen, box, {edge: [ex, ey]}) { // one unit for both weights
    const {size} = pen, unit = Math.min((box.w - 2.2 * size) / ex, (box.h - 3.2 * size) / ey);
    const room = {...box, w: 2 * size + ex * unit, h: 1.6 * size + ey * unit};
    return axes(pen, room, [2, 1.6, 0, 0], [-ex, ex], [-ey, ey]);
  },
  draw(pen, box, p, state) {
    const {g, size, blue: color} = pen, place = this.axes(pen, box, p), {x, y, w, h, at} = place;
    g.save();
    clip(pen, place);
    p.field ||= floats(p.heights);
    image(pen, p.field, [p.rows, p.columns], place, 3.6, false, true); // the higher, the more ink
    for (const line of p.contours) stroke(pen, pairs(line).map(at), {color: pen.soft, width: 0.6});
    marker(pen, "o", at([0, 0]), at([1, 0])[0] - at([0, 0])[0], p.ring);
    for (const {words, x, y, marker: kind, below = 0} of p.marks) {
      if (kind) marker(pen, kind, at([x, y]), 0.6 * size, {fill: pen.orange, color: pen.paper, width: 1.5});
      const [u, v] = at([0.8 * x, 0.8 * y]);
      text(pen, words, u, v + below * size, {...MIDDLE, halo: true});
    }
    const been = pairs(state.now[p.name]).map(at), now = been.pop(), last = been.at(-1) || now;
    const here = between(last, now, state.t);
    stroke(pen, [...been, here], {color, width: 2.5});
    for (const spot of been) marker(pen, "o", spot, 3, {fill: color});
    const [[gx, gy], [hx, hy]] = [state.mix("g"), state.mix("h")], sum = Math.hypot(gx + hx, gy + hy) || 1;
    const out = [gy + hy, gx + hx].map(part => (gx * hy < gy * hx ? 1.6 : -1.6) * size * part / sum);
    const names = p.arrows.map(({key, color, dash, width}) => { // on top of all arrows; g, h beside their sum
      const by = state.mix(key), [zero, end] = [at([0, 0]), at(by)], step = key === "step";
      const [u, v] = here.map((from, i) => from + end[i] - zero[i]), side = key === "h" ? 1 : -1;
      arrow(pen, here, [u, v], {color, dash, width: 2 * width, halo: !step, head: step ? 1.3 : 0.9});
      const spot = step ? between(here, [u, v], 0.55) : [u + side * out[0], v + side * out[1]];
      const looks = {...MIDDLE, bold: true, halo: true, scale: step ? 1 : 1.3};
      return () => Math.hypot(...by) > 0.08 && text(pen, key, ...spot, looks);
    });
    for (const name of names) name();
    marker(pen, "o", here, 0.4 * size, {fill: color, color: pen.paper, width: 1.5});
    g.restore();
    text(pen, `w₁; arrows drawn × ${state.now.scale[0].toFixed(1)}`, x + w / 2, y + h + 0.9 * size, MIDDLE);
    text(pen, "w₂", x - 0.4 * size, y + h / 2, {...MIDDLE, align: "right"});
  },
  under: (pen, box, p, state, spot) => ({cursor: "crosshair", pick: map.axes(pen, box, p).inverse(spot)}),
};

export const graph = { // nodes stand in columns and lanes; a click on one goes there
  place({size}, box, {nodes}) {
    const span = key => [Math.min, Math.max].map(of => of(...Object.values(nodes).map(it => it[key])));
    const [[x0, x1], [y0, y1]] = [span("x"), span("y")], step = box.w / (x1 - x0 + 1), lanes = y1 - y0;
    const apart = lanes ? (box.h - 5 * size) / lanes : box.h; // a node and its shape are above the next
    const r = Math.min(1.25 * size, step / 2.6, Math.max((apart - 1.4 * size) / 2, 0.75 * size));
    const h = box.h - 2.3 * r - 1.6 * size, down = lanes && Math.min(h / lanes, 6.5 * size);
    const top = box.y + 1.3 * r + (h - down * lanes) / 2;
    const at = ({x, y}) => [box.x + step * (x - x0 + 0.5), top + (y1 - y) * down];
    return {r, step, at, tall: (down || step) / step};
  },
  draw(pen, box, p, state) {
    const {size} = pen, {r, step, tall, at} = this.place(pen, box, p);
    const gap = ({shape}, down, across) => Math.max(1.35 * r, // from its middle, past the shape below it
      shape && down > 0 ? Math.min((r + 1.6 * size) / down, 1.8 * size / Math.abs(across)) : 0);
    for (const {from, to, color, dash, width, bow} of p.edges) {
      const [start, end] = [p.nodes[from], p.nodes[to]], [[x, y], [u, v]] = [at(start), at(end)];
      const length = Math.hypot(u - x, v - y), [c, s] = [(u - x) / length, (v - y) / length];
      const [out, into] = [gap(start, s, c), gap(end, -s, -c)], head = width > 3 ? 1.2 : 0.8;
      const looks = {color: tone(pen, color), dash, width, bow: bow * tall, head};
      arrow(pen, [x + out * c, y + out * s], [u - into * c, v - into * s], looks);
    }
    for (const node of Object.values(p.nodes)) {
      const [x, y] = at(node), {fill, words, shape, leaf, dash} = node, ink = fill ? "#222222" : pen.ink;
      const looks = {fill: fill || pen.paper, color: tone(pen, node.color), width: fill ? 3 : 1.6, dash};
      marker(pen, leaf ? "s" : "o", [x, y], leaf ? 1.13 * r : r, looks);
      text(pen, words, x, y, {...MIDDLE, scale: 1.15, bold: fill, color: ink, most: 1.7 * r});
      text(pen, shape, x, y + r + 0.8 * size, {...MIDDLE, halo: true, most: 0.9 * step});
    }
  },
  under(pen, box, p, state, [u, v]) {
    const {r, at} = this.place(pen, box, p), far = ([x, y]) => Math.hypot(x - u, y - v);
    const choose = Object.keys(p.nodes).find(name => far(at(p.nodes[name])) < 1.3 * r);
    return choose ? {cursor: "pointer", choose} : {};
  },
};
