// Where services and edges stand. Pure: the same services give the same picture.
"use strict";

const sizes = {
  wide: { name: "wide", w: 208, h: 58, gap: 18, rank: 84, letters: 20 },
  compact: { name: "compact", w: 176, h: 34, gap: 10, rank: 64, letters: 14 },
};

// layout places services (with a name) and edges (from, to) for a stage of an
// aspect (width by height). It returns {size, at: name -> {x, y}, paths: [d], width,
// height}; x and y are a box's upper left corner.
function layout(services, edges, aspect) {
  const size = services.length > 50 ? sizes.compact : sizes.wide;
  const known = new Set(services.map((s) => s.name));
  const inside = edges.filter((e) => known.has(e.from) && known.has(e.to));
  const groups = components(services, inside);
  const ranked = groups.filter((g) => g.names.length > 1).map((g) => layered(g, size));
  const alone = groups.filter((g) => g.names.length === 1).map((g) => g.names[0]).sort();
  // Blocks that fit the stage's form alone may not do so together.
  let whole = null;
  for (const form of [1, 0.85, 0.7, 0.55, 1.3]) {
    const blocks = ranked.map((r) => r(aspect * form));
    if (alone.length > 0) for (const f of [1, 0.15]) tryBlocks([...blocks, grid(alone, size, aspect * f)]);
    else tryBlocks(blocks);
  }
  function tryBlocks(blocks) {
    const packed = pack(blocks, size, aspect);
    if (!whole || packed.scale > whole.scale * 1.001) whole = packed;
  }
  whole.size = size;
  whole.paths = edges.map((e) => (known.has(e.from) && known.has(e.to) ? curve(whole.at, e, size) : ""));
  return whole;
}

// components splits services into those that are connected, largest first.
function components(services, edges) {
  const next = new Map(services.map((s) => [s.name, []]));
  for (const e of edges) {
    next.get(e.from).push(e.to);
    next.get(e.to).push(e.from);
  }
  const seen = new Map();
  const groups = [];
  for (const s of services) {
    if (seen.has(s.name)) continue;
    const group = { names: [], edges: [] };
    groups.push(group);
    seen.set(s.name, group);
    for (const queue = [s.name]; queue.length > 0; ) {
      const name = queue.shift();
      group.names.push(name);
      for (const to of next.get(name)) {
        if (!seen.has(to)) {
          seen.set(to, group);
          queue.push(to);
        }
      }
    }
  }
  for (const e of edges) seen.get(e.from).edges.push(e);
  return groups.sort((a, b) => b.names.length - a.names.length || (a.names[0] < b.names[0] ? -1 : 1));
}

// layered lets dagre rank and order a group from left to right. It returns a
// function from an aspect to a block: ranks that would make it far taller are folded
// into several columns.
function layered(group, size) {
  const g = new dagre.graphlib.Graph();
  g.setGraph({ rankdir: "LR", nodesep: size.gap, ranksep: size.rank, ranker: group.names.length > 80 ? "tight-tree" : "network-simplex" });
  g.setDefaultEdgeLabel(() => ({}));
  for (const name of group.names.slice().sort()) g.setNode(name, { width: size.w, height: size.h });
  for (const e of group.edges) g.setEdge(e.from, e.to);
  dagre.layout(g);
  const ranks = new Map();
  for (const name of group.names) {
    const n = g.node(name);
    const x = Math.round(n.x);
    if (!ranks.has(x)) ranks.set(x, []);
    ranks.get(x).push({ name, y: n.y });
  }
  const columns = [...ranks.keys()].sort((a, b) => a - b).map((x) => ranks.get(x).sort((a, b) => a.y - b.y));
  const natural = g.graph();
  const at = new Map();
  for (const name of group.names) at.set(name, { x: g.node(name).x - size.w / 2, y: g.node(name).y - size.h / 2 });
  const plain = { at, width: natural.width, height: natural.height };
  return (aspect) => (natural.height <= natural.width / aspect * 1.35 ? plain : fold(columns, size, aspect));
}

// fold gives each rank as many columns as it needs to be at most `rows` tall,
// for the number of rows that comes nearest to the stage's aspect.
function fold(columns, size, aspect) {
  const measure = (rows) => {
    let wide = 0;
    for (const c of columns) wide += Math.ceil(c.length / rows);
    return { width: wide * (size.w + size.gap) - size.gap + (columns.length - 1) * (size.rank - size.gap), height: rows * (size.h + size.gap) - size.gap };
  };
  const tallest = Math.max(...columns.map((c) => c.length));
  let rows = tallest;
  let best = Infinity;
  for (let r = 1; r <= tallest; r++) {
    const m = measure(r);
    const off = Math.abs(Math.log(m.width / m.height / aspect));
    if (off < best) [best, rows] = [off, r];
  }
  const whole = measure(rows);
  const at = new Map();
  let x = 0;
  for (const c of columns) {
    const wide = Math.ceil(c.length / rows);
    const tall = Math.ceil(c.length / wide);
    const top = (whole.height - (tall * (size.h + size.gap) - size.gap)) / 2;
    c.forEach((n, i) => at.set(n.name, { x: x + (i % wide) * (size.w + size.gap), y: top + Math.floor(i / wide) * (size.h + size.gap) }));
    x += wide * (size.w + size.gap) - size.gap + size.rank;
  }
  return { at, width: whole.width, height: whole.height };
}

// grid places services that have nothing to do with others.
function grid(names, size, aspect) {
  const wide = Math.max(1, Math.min(names.length, Math.round(Math.sqrt((names.length * aspect * (size.h + size.gap)) / (size.w + size.gap)))));
  const at = new Map();
  names.forEach((name, i) => at.set(name, { x: (i % wide) * (size.w + size.gap), y: Math.floor(i / wide) * (size.h + size.gap) }));
  return { at, width: wide * (size.w + size.gap) - size.gap, height: Math.ceil(names.length / wide) * (size.h + size.gap) - size.gap };
}

// pack puts blocks on shelves, for the width that comes nearest to the aspect.
function pack(blocks, size, aspect) {
  const space = size.rank;
  const shelve = (limit) => {
    let x = 0, y = 0, tall = 0, width = 0;
    const places = blocks.map((b) => {
      if (x > 0 && x + b.width > limit) [x, y, tall] = [0, y + tall + space, 0];
      const place = { x, y };
      x += b.width + space;
      tall = Math.max(tall, b.height);
      width = Math.max(width, x - space);
      return place;
    });
    return { places, width, height: y + tall };
  };
  let best = null;
  const widest = Math.max(0, ...blocks.map((b) => b.width));
  const sum = blocks.reduce((n, b) => n + b.width + space, 0);
  for (let limit = widest; limit <= Math.max(sum, widest) + 1; limit += Math.max(80, (sum - widest) / 40)) {
    const s = shelve(limit);
    s.scale = Math.min(aspect / s.width, 1 / s.height);
    if (!best || s.scale > best.scale) best = s;
  }
  const at = new Map();
  blocks.forEach((b, i) => b.at.forEach((p, name) => at.set(name, { x: p.x + best.places[i].x, y: p.y + best.places[i].y })));
  return { at, width: best ? best.width : 0, height: best ? best.height : 0, scale: best ? best.scale : 0 };
}

// curve is an edge's path: from the side of the one that faces the other.
function curve(at, e, size) {
  const a = at.get(e.from), b = at.get(e.to);
  const ay = a.y + size.h / 2, by = b.y + size.h / 2;
  const tip = 6; // the arrow's head stands before the box
  let ax, bx, out, into;
  if (b.x >= a.x + size.w) [ax, bx, out, into] = [a.x + size.w, b.x - tip, 1, -1];
  else if (a.x >= b.x + size.w) [ax, bx, out, into] = [a.x, b.x + size.w + tip, -1, 1];
  else [ax, bx, out, into] = [a.x + size.w, b.x + size.w + tip, 1, 1];
  const bend = out === into ? 46 : Math.max(28, Math.abs(bx - ax) / 2);
  const n = (v) => Math.round(v * 10) / 10;
  return `M${n(ax)} ${n(ay)}C${n(ax + out * bend)} ${n(ay)} ${n(bx + into * bend)} ${n(by)} ${n(bx)} ${n(by)}`;
}
