// The list of services, its search and its filters.
"use strict";

// flagsOf is what is to be known of a service beside its name, in signs.
function flagsOf(s) {
  const mend = s.conflicts.length + s.unwired.length + s.problems.length;
  return [mend && "!" + mend, s.edited.length + s.deleted.length && "✎" + (s.edited.length + s.deleted.length), s.newest && "↑"].filter(Boolean).join(" ");
}

const filters = [
  ["down", "down", (s, h) => h.state === "down"],
  ["lacking", "lacking what is down", (s, h) => (h.lacks || []).length > 0],
  ["unready", "not ready", (s, h) => h.state === "unready"],
  ["ready", "ready", (s, h) => h.state === "ready"],
  ["mend", "to mend", (s) => s.conflicts.length + s.unwired.length + s.problems.length > 0],
  ["behind", "behind", (s) => s.newest !== ""],
  ["edited", "edited", (s) => s.edited.length + s.deleted.length > 0],
];

function sign(state) {
  return draw("svg", { viewBox: "0 0 16 16", "aria-hidden": "true" }, draw("path", { class: "state " + state, d: signs[state] }));
}

class List {
  // on has choose(name), leave() and changed().
  constructor(root, on, live) {
    this.filters = filters.slice(live ? 0 : 4); // the others are about health
    this.search = root.querySelector("#search");
    this.list = root.querySelector("#list");
    this.none = root.querySelector("#none");
    this.on = on;
    this.rows = new Map();
    this.active = new Set();
    this.buttons = new Map();
    for (const [id, text] of this.filters) {
      const count = make("span");
      const b = make("button", { type: "button", "aria-pressed": "false", "data-filter": id }, text + " ", count);
      b.addEventListener("click", () => {
        if (!this.active.delete(id)) this.active.add(id);
        put(b, "aria-pressed", String(this.active.has(id)));
        on.changed();
      });
      this.buttons.set(id, { b, count });
      root.querySelector("#filters").append(b);
    }
    this.search.addEventListener("input", () => on.changed());
    this.search.addEventListener("keydown", (ev) => this.key(ev));
    this.list.addEventListener("keydown", (ev) => this.key(ev));
  }

  key(ev) {
    const shown = [...this.list.querySelectorAll("li:not([hidden]) button")];
    const at = shown.indexOf(document.activeElement);
    const go = (i) => {
      if (shown[i]) shown[i].focus();
      else if (i < 0) this.search.focus();
    };
    const inSearch = ev.target === this.search;
    if (ev.key === "ArrowDown") go(at + 1);
    else if (ev.key === "ArrowUp" && !inSearch) go(at - 1);
    else if (ev.key === "Home" && !inSearch) go(0);
    else if (ev.key === "End" && !inSearch) go(shown.length - 1);
    else if (ev.key === "Enter" && inSearch && shown[0]) this.on.choose(shown[0].dataset.name, true);
    else if (ev.key === "Escape" && inSearch && this.search.value) {
      this.search.value = "";
      this.on.changed();
      ev.stopPropagation();
    } else return;
    ev.preventDefault();
  }

  // matches tells whether a service is searched for.
  matches(s, h) {
    const text = [s.name, s.owner, s.template, s.kind, ...s.publishes, ...s.consumes, ...s.databases].join("\n").toLowerCase();
    return this.search.value.toLowerCase().split(/\s+/).every((word) => text.includes(word)) &&
      this.filters.every(([id, , is]) => !this.active.has(id) || is(s, h));
  }

  narrowed() { return this.search.value.trim() !== "" || this.active.size > 0; }

  // paint patches the rows; health(name) is a state, chosen the service shown.
  paint(services, health, chosen) {
    const names = new Set(services.map((s) => s.name));
    for (const [name, r] of this.rows) {
      if (!names.has(name)) {
        r.li.remove();
        this.rows.delete(name);
      }
    }
    let before = null, first = null, any = false;
    for (const s of services) {
      let r = this.rows.get(s.name);
      if (!r) {
        r = { sign: sign("unknown"), flags: make("span", { class: "flags" }) };
        r.button = make("button", { type: "button", "data-name": s.name, tabindex: "-1" }, r.sign, make("span", { class: "name" }, s.name), r.flags);
        r.button.addEventListener("click", () => this.on.choose(s.name, true));
        r.li = make("li", {}, r.button);
        this.rows.set(s.name, r);
      }
      const after = before ? before.nextSibling : this.list.firstChild;
      if (after !== r.li) this.list.insertBefore(r.li, after);
      before = r.li;
      const h = health(s.name), shown = this.matches(s, h);
      if (r.li.hidden === shown) r.li.hidden = !shown;
      put(r.sign.firstChild, "class", "state " + h.state);
      put(r.sign.firstChild, "d", signs[h.state]);
      say(r.flags, flagsOf(s));
      put(r.button, "class", (h.lacks || []).length ? "lacking" : "");
      put(r.button, "aria-current", String(s.name === chosen));
      put(r.button, "aria-label", spoken(s, h));
      put(r.button, "tabindex", "-1");
      if (shown && (!first || s.name === chosen)) first = r.button;
      any = any || shown;
    }
    if (first) put(first, "tabindex", "0"); // the tab key comes to one of them
    this.none.hidden = any || services.length === 0;
    for (const [id, , is] of this.filters) {
      const n = services.filter((s) => is(s, health(s.name))).length, { b, count } = this.buttons.get(id);
      say(count, String(n));
      if (b.disabled !== (n === 0 && !this.active.has(id))) b.disabled = !b.disabled;
    }
  }
}

const words = { ready: "ready", unready: "not ready", down: "down", off: "not running", unknown: "" };

// spoken is a service in words, for those who hear the page.
function spoken(s, h) {
  const mend = s.conflicts.length + s.unwired.length + s.problems.length;
  return [s.name, s.kind === "missing" ? "is not there" : s.kind, words[h.state], (h.lacks || []).length && "lacks " + h.lacks.join(", "),
    mend && mend + " to mend", s.newest && "behind its template", s.edited.length && s.edited.length + " files edited"].filter(Boolean).join(", ");
}
