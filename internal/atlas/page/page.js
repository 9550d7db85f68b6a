// The page: what is known, what is chosen, and what comes from svcgen.
"use strict";

(() => {
  const $ = (id) => document.getElementById(id);
  const still = $("data") ? JSON.parse($("data").textContent) : null; // a page that was exported
  const unknown = { state: "unknown", lacks: [] };
  const details = new Map(Object.entries(still ? still.details : {}));
  let map = { services: [], edges: [] };
  let states = {};
  let chosen = "";
  let near = new Set();
  let far = new Set();

  const on = { choose, leave, changed: paint };
  const graph = new Graph($("graph"), on);
  const list = new List(document.querySelector("nav"), on, !still);
  const panel = new Panel($("panel"), on);
  const health = (name) => states[name] || unknown;
  const find = (name) => map.services.find((s) => s.name === name);

  // choose shows a service; by key or in the list, the panel gets the focus.
  function choose(name, focus) {
    if (!find(name)) return;
    chosen = name;
    graph.rove(name);
    reach();
    paint();
    if (focus) panel.focus();
    graph.reveal(name, $("panel").offsetWidth);
    fetchDetail(name);
  }

  function leave() {
    const had = chosen, held = $("panel").contains(document.activeElement);
    chosen = "";
    reach();
    panel.hide();
    paint();
    if (had && !graph.moved) graph.fit();
    if (had && held) graph.focus(had);
  }

  // reach finds what the chosen service needs and what needs it, directly or not.
  function reach() {
    near = new Set(chosen ? [chosen] : []);
    far = new Set(near);
    const walk = (from, to) => {
      const seen = new Set([chosen]);
      for (const queue = [chosen]; queue.length; ) {
        const at = queue.shift();
        for (const e of map.edges) {
          if (e[from] !== at || seen.has(e[to])) continue;
          seen.add(e[to]);
          far.add(e[to]);
          queue.push(e[to]);
          if (at === chosen) near.add(e[to]);
        }
      }
    };
    if (!chosen) return;
    walk("from", "to");
    walk("to", "from");
  }

  async function fetchDetail(name) {
    if (still || find(name).kind === "missing") return;
    try {
      const r = await fetch("service?name=" + encodeURIComponent(name));
      if (r.ok) details.set(name, await r.json());
      if (chosen === name) paint();
    } catch { /* svcgen has ended: the page says so */ }
  }

  function paint() {
    const narrowed = list.narrowed();
    list.paint(map.services, health, chosen);
    const byName = new Map(map.services.map((s) => [s.name, s]));
    const fits = (name) => byName.has(name) && list.matches(byName.get(name), health(name));
    graph.paint(chosen || (narrowed ? " " : ""), (name) => {
      const s = byName.get(name), h = health(name);
      return {
        state: h.state, lacks: (h.lacks || []).length > 0, label: spoken(s, h),
        mend: s.conflicts.length + s.unwired.length + s.problems.length > 0,
        dim: chosen ? !far.has(name) : narrowed && !fits(name),
      };
    }, (e) => {
      if (chosen && !(far.has(e.from) && far.has(e.to))) return "";
      if (!chosen && narrowed && !(fits(e.from) && fits(e.to))) return "";
      const to = health(e.to);
      if (to.state === "down" || (to.lacks || []).length > 0) return "hit"; // what From lacks, or the way to it
      if (chosen && (e.from === chosen || e.to === chosen)) return "near";
      return chosen ? "far" : "";
    });
    const s = byName.get(chosen);
    if (s) panel.show(s, map, health(chosen), details.get(chosen) || null);
    else if (chosen) leave();
    $("empty").hidden = map.services.length > 0;
    summary();
  }

  function summary() {
    const n = (is) => map.services.filter((s) => is(s, health(s.name))).length;
    const parts = [[n((s) => s.kind !== "missing"), "service", "services"], [n((s, h) => h.state === "ready"), "ready"], [n((s, h) => h.state === "unready"), "not ready"],
      [n((s, h) => h.state === "down"), "down", "down", true], [n((s, h) => (h.lacks || []).length > 0), "lacking what is down", "lacking what is down", true],
      [n((s) => s.newest), "behind"], [n((s) => s.edited.length + s.deleted.length > 0), "edited"], [n((s) => s.conflicts.length + s.unwired.length + s.problems.length > 0), "to mend", "to mend", true]];
    const text = JSON.stringify(parts);
    if ($("summary").dataset.of === text) return;
    $("summary").dataset.of = text;
    $("summary").replaceChildren(...parts.filter(([count], i) => i === 0 || count > 0).flatMap(([count, one, many, bad], i) => {
      const b = make("b", bad ? { class: "bad" } : {}, String(count));
      return [i ? " · " : "", b, " " + (count === 1 ? one : many || one)];
    }));
  }

  function takeMap(next) {
    map = next;
    graph.show(map);
    reach();
    paint();
    if (chosen) fetchDetail(chosen);
  }

  // takeHealth also says aloud which services went down or came back.
  function takeHealth(next) {
    const news = [];
    for (const [name, h] of Object.entries(next)) {
      const before = states[name] || unknown;
      if (h.state === "down" && before.state !== "down") {
        const hit = Object.keys(next).filter((o) => (next[o].lacks || []).includes(name));
        news.push(`${name} is down` + (hit.length ? `; ${hit.join(", ")} ${hit.length > 1 ? "need" : "needs"} it` : ""));
      }
      if (h.state === "ready" && before.state === "down") news.push(`${name} is ready again`);
    }
    states = next;
    if (news.length) say($("news"), news.join(". "));
    paint();
  }

  function listen() {
    let ended = false, trouble = "";
    const tell = () => {
      const text = ended ? "svcgen map has ended, or cannot be reached. What you see is how things were." : trouble;
      say($("trouble"), text);
      $("trouble").hidden = text === "";
    };
    const source = new EventSource("events");
    source.addEventListener("open", () => { ended = false; tell(); });
    source.addEventListener("error", () => { ended = true; tell(); });
    source.addEventListener("map", (ev) => takeMap(JSON.parse(ev.data)));
    source.addEventListener("health", (ev) => takeHealth(JSON.parse(ev.data)));
    source.addEventListener("trouble", (ev) => { trouble = JSON.parse(ev.data); tell(); });
  }

  // Themes: the system's, until a person chooses.
  const dark = matchMedia("(prefers-color-scheme: dark)");
  let theme = "";
  try { theme = localStorage.getItem("svcgen-map-theme") || ""; } catch { /* no storage: the system's */ }
  function dress() {
    const now = theme || (dark.matches ? "dark" : "light");
    put(document.documentElement, "data-theme", now);
    say($("theme"), now === "dark" ? "☀" : "☾");
    put($("theme"), "aria-label", now === "dark" ? "Light colours" : "Dark colours");
    put($("theme"), "title", now === "dark" ? "Light colours" : "Dark colours");
  }
  dark.addEventListener("change", dress);
  $("theme").addEventListener("click", () => {
    const now = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
    theme = now === (dark.matches ? "dark" : "light") ? "" : now;
    try { localStorage.setItem("svcgen-map-theme", theme); } catch { /* it holds for this visit */ }
    dress();
  });

  $("smaller").addEventListener("click", () => graph.zoom(1 / 1.25));
  $("larger").addEventListener("click", () => graph.zoom(1.25));
  $("fit").addEventListener("click", () => graph.fit());
  document.addEventListener("keydown", (ev) => {
    if (ev.ctrlKey || ev.metaKey || ev.altKey) return;
    if (ev.key === "Escape") return leave();
    if (ev.target instanceof HTMLInputElement) return;
    const keys = { "/": () => $("search").focus(), "+": () => graph.zoom(1.25), "=": () => graph.zoom(1.25), "-": () => graph.zoom(1 / 1.25), 0: () => graph.fit() };
    if (!keys[ev.key]) return;
    ev.preventDefault();
    keys[ev.key]();
  });
  new ResizeObserver(() => { if (!graph.moved) graph.fit($("panel").hidden ? 0 : $("panel").offsetWidth); }).observe($("graph"));

  const legend = (icon, kind, text) => make("li", {}, draw("svg", { viewBox: "0 0 16 16", "aria-hidden": "true" }, draw("path", { d: icon, class: kind })), text);
  $("legend").append(legend(icons.server, "icon", "server"), legend(icons.worker, "icon", "worker"), legend(icons.web, "icon", "web"), legend(icons.database, "icon", "has a database"),
    legend("M0 8h16", "edge", "needs"), legend("M0 8h16", "edge events", "consumes events of"));
  if (!still) for (const state of ["ready", "unready", "down", "off"]) $("legend").append(legend(signs[state], "state " + state, words[state]));

  dress();
  if (still) takeMap(still.map);
  else listen();
})();
