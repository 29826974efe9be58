// Play a recorded run in the front end of the widget, which takes the recording for its kernel.
import front from "./front/view.js";

function half(bits) { // a half float as a number
  const size = bits >> 10 & 31, part = bits & 1023, sign = bits & 32768 ? -1 : 1;
  return sign * (size ? 2 ** (size - 15) * (1 + part / 1024) : 2 ** -24 * part);
}

const READ = {
  float16: (buffer, at, count) => [2 * count, Float32Array.from(new Uint16Array(buffer.slice(at, at + 2 * count)), half)],
  float32: (buffer, at, count) => [4 * count, new Float32Array(buffer.slice(at, at + 4 * count))],
};

function bytes(value) { // what stands as text for bytes, as the DataView that a kernel would send
  if (value?.base64 !== undefined) return new DataView(Uint8Array.from(atob(value.base64), letter => letter.charCodeAt(0)).buffer);
  if (value && typeof value === "object") for (const key in value) value[key] = bytes(value[key]);
  return value;
}

class Recording {
  constructor(told, frames, [paused, playing]) {
    Object.assign(this, {told, frames, labels: {paused, playing}, at: 0, listeners: {}});
    this.show(0);
  }

  get(name) { return this.told[name]; }
  on(names, act) { for (const name of names.split(" ")) (this.listeners[name] ||= new Set()).add(act); }
  off(name, act) { this.listeners[name]?.delete(act); }

  tell(news) {
    Object.assign(this.told, news);
    for (const act of new Set(Object.keys(news).flatMap(name => [...this.listeners[`change:${name}`] || []]))) act();
  }

  show(at) {
    this.at = at;
    const {frame, words, note} = this.frames[at], playing = Boolean(this.timer), {values} = this.told;
    values.play[0] = playing ? this.labels.playing : this.labels.paused;
    this.tell({frame, words, note, playing, values});
  }

  pause() {
    clearTimeout(this.timer);
    this.timer = 0;
  }

  play() { // until the end, at the pace at which it was recorded
    if (this.at + 1 >= this.frames.length) return this.pause(), this.show(this.at);
    this.timer = setTimeout(() => { this.show(this.at + 1); this.play(); }, this.frames[this.at + 1].wait);
  }

  send({set}) {
    const went = this.timer, last = this.at + 1 >= this.frames.length;
    if (!["play", "step", "reset"].includes(set)) return;
    this.pause();
    if (set === "reset" || set === "play" && last) this.at = 0;
    if (set === "step" && !last) this.at++;
    if (set === "play" && !went) this.play(), el.scrollIntoView({block: "nearest"}); // to be seen whole
    this.show(this.at);
  }
}

const place = document.querySelector(".recording");
const [run, numbers] = await Promise.all([fetch("run.json").then(got => got.json()), fetch("run.bin").then(got => got.arrayBuffer())]);
let at = 0;
for (const state of run.frames) for (const name in state.frame) {
  const [kind, count] = state.frame[name], [used, values] = READ[kind](numbers, at, count);
  state.frame[name] = new DataView(values.buffer);
  at += used;
}
const el = document.createElement("div"), model = new Recording(bytes(run.told), run.frames, run.labels);
place.replaceChildren(el); // the still picture has done its work
front.render({model, el, signal: new AbortController().signal});
