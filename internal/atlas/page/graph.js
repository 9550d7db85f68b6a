// The picture. Elements are made once and patched: nothing that stays is drawn anew.
"use strict";

const icons = {
  server: "M1 2h12v4H1zM1 8h12v4H1zM3.5 4h.01M3.5 10h.01",
  worker: "M4 1.2h6L13 7l-3 5.8H4L1 7z",
  web: "M1 2h12v10H1zM1 5h12",
  other: "M7 1.5a5.5 5.5 0 1 0 .01 0z",
  missing: "M4.6 4.6a2.5 2.5 0 1 1 3.6 2.3C7.3 7.4 7 7.8 7 8.8M7 11.6v.01",
  database: "M1.5 3.2c0-2.4 11-2.4 11 0v7.6c0 2.4-11 2.4-11 0zM1.5 3.2c0 2.4 11 2.4 11 0",
};

// The sign of a state differs in form, not only in colour.
const signs = {
  ready: "M8 3.5a4.5 4.5 0 1 0 .01 0z",
  unready: "M8 2.5 14 13.2H2zM8 6.6v3M8 11.4v.01",
  down: "M4 4l8 8M12 4l-8 8",
  off: "M8 4a4 4 0 1 0 .01 0z",
  unknown: "",
};

const svgNames = "http://www.w3.org/2000/svg";

// make makes an element with attributes and children; texts become text.
function make(name, attributes = {}, ...children) {
  const el = document.createElement(name);
  for (const [k, v] of Object.entries(attributes)) el.setAttribute(k, v);
  el.append(...children);
  return el;
}

function draw(name, attributes = {}, ...children) {
  const el = document.createElementNS(svgNames, name);
  for (const [k, v] of Object.entries(attributes)) el.setAttribute(k, v);
  el.append(...children);
  return el;
}

// put writes an attribute, and put text, only where it differs.
function put(el, name, value) {
  if (el.getAttribute(name) !== value) el.setAttribute(name, value);
}

function say(el, text) {
  if (el.textContent !== text) el.textContent = text;
}

function short(text, letters) {
  const all = [...text];
  return all.length <= letters ? text : all.slice(0, letters - 1).join("") + "…";
}

class Graph {
  // on has choose(name) and leave().
  constructor(svg, on) {
    this.svg = svg;
    this.on = on;
    this.nodes = new Map();
    this.edges = [];
    this.current = "";
    this.view = { k: 1, x: 0, y: 0 };
    this.moved = false; // by a person: then it is not fitted by itself
    const head = (id, kind) => draw("marker", { id, viewBox: "0 0 8 8", refX: 1, refY: 4, markerWidth: 8, markerHeight: 8, markerUnits: "userSpaceOnUse", orient: "auto" }, draw("path", { d: "M0 .5 8 4 0 7.5z", class: "head " + kind }));
    this.lines = draw("g");
    this.boxes = draw("g");
    this.world = draw("g", {}, this.lines, this.boxes);
    svg.append(draw("defs", {}, head("head", ""), head("head-near", "near"), head("head-hit", "hit")), this.world);
    this.listen();
  }

  // show takes a map. Where services and edges are the same, nothing moves.
  show(map) {
    const shape = JSON.stringify([map.services.map((s) => s.name), map.edges.map((e) => [e.from, e.to, e.kind])]);
    this.map = map;
    if (shape !== this.shape) {
      this.shape = shape;
      this.place();
    }
    for (const s of map.services) this.describe(this.nodes.get(s.name), s);
  }

  place() {
    const box = this.svg.getBoundingClientRect();
    this.plan = layout(this.map.services, this.map.edges, Math.max(0.4, box.width / Math.max(1, box.height)));
    const size = this.plan.size;
    put(this.world, "class", size.name + (this.map.edges.length > 60 ? " busy" : ""));
    const names = new Set(this.map.services.map((s) => s.name));
    for (const [name, n] of this.nodes) {
      if (!names.has(name)) {
        n.el.remove();
        this.nodes.delete(name);
      }
    }
    for (const s of this.map.services) {
      const had = this.nodes.get(s.name);
      if (had && had.size === size) continue;
      if (had) had.el.remove();
      this.nodes.set(s.name, this.node(s.name, size));
    }
    for (const s of this.map.services) {
      const n = this.nodes.get(s.name), p = this.plan.at.get(s.name);
      put(n.el, "transform", `translate(${Math.round(p.x)} ${Math.round(p.y)})`);
      this.boxes.append(n.el); // the order of the tab key and of screen readers
    }
    this.lines.replaceChildren(...(this.edges = this.map.edges.map((e, i) => {
      const el = draw("path", { d: this.plan.paths[i], class: "edge " + e.kind, "marker-end": "url(#head)" });
      el.append(draw("title", {}, e.kind === "events" ? `${e.from} consumes ${e.subjects.join(", ")} of ${e.to}` : `${e.from} needs ${e.to}`));
      return { ...e, el };
    })).map((e) => e.el));
    if (!this.nodes.has(this.current)) this.rove(this.map.services.length ? this.map.services[0].name : "");
    else this.rove(this.current);
    if (!this.moved) this.fit();
  }

  node(name, size) {
    const wide = size.name === "wide";
    const n = { size };
    n.el = draw("g", { class: "node", role: "button", tabindex: "-1", "data-name": name },
      draw("title", {}, name),
      draw("rect", { class: "box", width: size.w, height: size.h, rx: 9 }),
      (n.icon = draw("path", { class: "icon", transform: wide ? "translate(12 12)" : "translate(8 10)" })),
      draw("text", { class: "name", x: wide ? 34 : 29, y: wide ? 25 : 22.5 }, short(name, size.letters - (wide ? 1 : 0))),
      (n.sub = draw("text", { class: "sub", x: 12, y: 46 })),
      (n.store = draw("path", { class: "icon", d: "", transform: wide ? `translate(${size.w - 24} 34) scale(.9)` : "translate(0 0)" })),
      (n.flags = draw("text", { class: "flags", x: wide ? size.w - 30 : size.w - 27, y: wide ? 46 : 22 })),
      (n.sign = draw("path", { class: "state unknown", transform: wide ? `translate(${size.w - 26} 10)` : `translate(${size.w - 23} 9)` })));
    return n;
  }

  describe(n, s) {
    const wide = n.size.name === "wide";
    put(n.icon, "d", icons[s.kind] || icons.other);
    put(n.store, "d", wide && s.databases.length > 0 ? icons.database : "");
    if (wide) put(n.flags, "x", String(n.size.w - (s.databases.length > 0 ? 30 : 12)));
    const flags = flagsOf(s);
    say(n.flags, wide ? flags : flags.replace(/\d+/g, ""));
    if (wide) say(n.sub, short(s.kind === "missing" ? "is not there" : s.owner || s.template, flags ? 19 : 25));
    n.kind = s.kind;
  }

  // paint shows states and what is chosen: look(name) gives {state, lacks, dim, mend,
  // label}, edge(e) a class.
  paint(chosen, look, edgeLook) {
    put(this.svg, "class", chosen ? "chosen" : ""); // the edges that are not meant fade
    for (const [name, n] of this.nodes) {
      const l = look(name);
      put(n.el, "class", ["node", "kind-" + n.kind, l.state, l.lacks && "lacking", l.mend && "mend", l.dim && "dim", name === chosen && "selected"].filter(Boolean).join(" "));
      put(n.el, "aria-label", l.label);
      put(n.el, "aria-pressed", String(name === chosen));
      put(n.sign, "class", "state " + l.state);
      put(n.sign, "d", signs[l.state]);
    }
    for (const e of this.edges) {
      const kind = edgeLook(e);
      put(e.el, "class", "edge " + e.kind + (kind ? " " + kind : ""));
      put(e.el, "marker-end", kind === "hit" ? "url(#head-hit)" : kind ? "url(#head-near)" : "url(#head)");
    }
  }

  // rove makes name the one service that the tab key comes to.
  rove(name) {
    const before = this.nodes.get(this.current), now = this.nodes.get(name);
    if (before) put(before.el, "tabindex", "-1");
    if (now) put(now.el, "tabindex", "0");
    this.current = name;
  }

  focus(name) {
    const n = this.nodes.get(name);
    if (!n) return;
    this.rove(name);
    n.el.focus({ preventScroll: true });
    this.reveal(name);
  }

  // toward is the service that is nearest in a direction; what an edge leads to is
  // nearer than it looks.
  toward(name, dx, dy) {
    const from = this.plan.at.get(name);
    const linked = new Set(this.map.edges.flatMap((e) => (e.from === name ? [e.to] : e.to === name ? [e.from] : [])));
    let best = "", least = Infinity;
    for (const [other, p] of this.plan.at) {
      const along = (p.x - from.x) * dx + (p.y - from.y) * dy;
      const across = Math.abs((p.x - from.x) * dy) + Math.abs((p.y - from.y) * dx);
      const far = (along + 2.5 * across) * (linked.has(other) ? 0.4 : 1);
      if (along > 4 && far < least) [best, least] = [other, far];
    }
    return best;
  }

  listen() {
    const nameAt = (target) => target.closest && target.closest(".node") ? target.closest(".node").dataset.name : "";
    let from = null, dragged = false;
    this.svg.addEventListener("pointerdown", (ev) => {
      if (ev.button === 0) [from, dragged] = [{ x: ev.clientX, y: ev.clientY, id: ev.pointerId }, false];
    });
    this.svg.addEventListener("pointermove", (ev) => {
      if (!from || ev.pointerId !== from.id) return;
      const dx = ev.clientX - from.x, dy = ev.clientY - from.y;
      if (!dragged && Math.hypot(dx, dy) < 5) return;
      if (!dragged) this.svg.setPointerCapture(ev.pointerId);
      dragged = true;
      put(this.svg, "data-dragged", "");
      [from.x, from.y] = [ev.clientX, ev.clientY];
      this.moved = true;
      this.look({ k: this.view.k, x: this.view.x + dx, y: this.view.y + dy });
    });
    for (const end of ["pointerup", "pointercancel"]) this.svg.addEventListener(end, () => { from = null; });
    this.svg.addEventListener("click", (ev) => {
      if (dragged) return;
      const name = nameAt(ev.target);
      if (name) {
        this.rove(name);
        this.on.choose(name);
      } else this.on.leave();
    });
    this.svg.addEventListener("wheel", (ev) => {
      ev.preventDefault();
      const box = this.svg.getBoundingClientRect();
      this.zoom(Math.exp(-ev.deltaY * (ev.deltaMode ? 0.05 : 0.0016)), ev.clientX - box.left, ev.clientY - box.top);
    }, { passive: false });
    this.svg.addEventListener("focusin", (ev) => {
      const name = nameAt(ev.target);
      if (name) this.rove(name);
    });
    const ways = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    this.svg.addEventListener("keydown", (ev) => {
      const name = nameAt(ev.target);
      if (!name || ev.ctrlKey || ev.metaKey || ev.altKey) return;
      if (ways[ev.key]) {
        const to = this.toward(name, ...ways[ev.key]);
        if (to) this.focus(to);
      } else if (ev.key === "Enter" || ev.key === " ") this.on.choose(name, true);
      else return;
      ev.preventDefault();
    });
  }

  look(view) {
    this.view = view;
    put(this.world, "transform", `translate(${view.x.toFixed(2)} ${view.y.toFixed(2)}) scale(${view.k.toFixed(4)})`);
  }

  zoom(by, x, y) {
    const box = this.svg.getBoundingClientRect();
    if (x === undefined) [x, y] = [box.width / 2, box.height / 2];
    const k = Math.min(3, Math.max(0.08, this.view.k * by));
    this.moved = true;
    this.look({ k, x: x - ((x - this.view.x) * k) / this.view.k, y: y - ((y - this.view.y) * k) / this.view.k });
  }

  // fit shows all of it, beside what the panel covers.
  fit(covered = 0) {
    const whole = this.svg.getBoundingClientRect();
    if (!this.plan || !whole.width) return;
    const box = { width: Math.max(200, whole.width - covered), height: whole.height };
    const edge = 28, foot = 34; // the legend's
    const k = Math.min((box.width - 2 * edge) / Math.max(1, this.plan.width), (box.height - 2 * edge - foot) / Math.max(1, this.plan.height), 1.25);
    this.moved = false;
    this.look({ k, x: (box.width - this.plan.width * k) / 2, y: (box.height - foot - this.plan.height * k) / 2 });
  }

  // reveal moves the picture where a service would be out of sight; covered is how
  // much of the stage lies under the panel.
  reveal(name, covered = 0) {
    if (!this.moved && this.plan.size === sizes.wide) return this.fit(covered);
    const box = this.svg.getBoundingClientRect(), p = this.plan.at.get(name), { k, x, y } = this.view;
    const slide = (low, high, end) => (low < 20 ? 20 - low : high > end - 20 ? end - 20 - high : 0);
    const dx = slide(p.x * k + x, (p.x + this.plan.size.w) * k + x, box.width - covered), dy = slide(p.y * k + y, (p.y + this.plan.size.h) * k + y, box.height);
    if (dx || dy) this.look({ k, x: x + dx, y: y + dy });
  }
}
