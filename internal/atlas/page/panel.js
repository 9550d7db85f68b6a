// What is known of one service.
"use strict";

// prose turns Markdown into elements. HTML in it is text, and what comes out is
// made anew from a list of elements, without attributes but a link's address.
const prose = (() => {
  const markdown = markdownit({ html: false });
  const plain = new Set(["P", "UL", "OL", "LI", "PRE", "CODE", "EM", "STRONG", "S", "BLOCKQUOTE", "TABLE", "THEAD", "TBODY", "TR", "TH", "TD", "HR", "BR"]);
  const heads = { H1: "h3", H2: "h3", H3: "h4", H4: "h5", H5: "h5", H6: "h5" };
  const copy = (from, to) => {
    for (const n of from.childNodes) {
      if (n.nodeType === Node.TEXT_NODE) to.append(n.data);
      if (n.nodeType !== Node.ELEMENT_NODE) continue;
      let el = to; // of what is not in the list, the text stays
      if (n.tagName === "IMG") to.append(n.getAttribute("alt") || "");
      else if (n.tagName === "A" && /^https?:\/\//i.test(n.getAttribute("href") || "")) el = make("a", { href: n.getAttribute("href"), target: "_blank", rel: "noopener noreferrer" });
      else if (plain.has(n.tagName)) el = make(n.tagName.toLowerCase());
      else if (heads[n.tagName]) el = make(heads[n.tagName]);
      copy(n, el);
      if (el !== to) to.append(el);
    }
    return to;
  };
  const tables = (tokens) => { // alignment would be a style
    for (const t of tokens) if (t.tag === "th" || t.tag === "td") t.attrs = null;
    return tokens;
  };
  return (text) => copy(new DOMParser().parseFromString(markdown.renderer.render(tables(markdown.parse(text, {})), markdown.options, {}), "text/html").body, make("div", { class: "runbook" }));
})();

class Panel {
  // on has choose(name) and leave().
  constructor(root, on) {
    this.root = root;
    this.on = on;
    this.shown = "";
  }

  hide() {
    this.root.hidden = true;
    this.shown = "";
  }

  // show shows a service with its edges; detail is null until it is known.
  show(s, map, health, detail) {
    const key = JSON.stringify([s, map.edges.filter((e) => e.from === s.name || e.to === s.name), detail]);
    if (this.shown !== key) {
      const same = this.name === s.name, scrolled = this.root.scrollTop, held = this.root.contains(document.activeElement);
      this.root.replaceChildren(...this.content(s, map, detail));
      this.shown = key;
      this.name = s.name;
      this.root.scrollTop = same ? scrolled : 0;
      if (held) this.close.focus();
    }
    this.health(s, health);
    this.root.hidden = false;
  }

  focus() { this.close.focus(); }

  health(s, h) {
    const lacks = h.lacks || [];
    put(this.state, "class", "health " + (h.state === "down" ? "down" : lacks.length ? "lacking" : h.state));
    put(this.sign.firstChild, "class", "state " + h.state);
    put(this.sign.firstChild, "d", signs[h.state]);
    const where = s.port ? ` on port ${s.port}` : "";
    const text = { ready: "Ready" + where, unready: "Not ready" + where, down: "Nothing answers" + where, off: "Not running" + where, unknown: "" }[h.state];
    say(this.words, [text, h.note, lacks.length && "Lacks " + lacks.join(", ") + (lacks.length > 1 ? ", which are down" : ", which is down")].filter(Boolean).join(". "));
    this.state.hidden = h.state === "unknown" && lacks.length === 0;
  }

  content(s, map, detail) {
    this.close = make("button", { type: "button", class: "close", "aria-label": "Close", title: "Close (Escape)" }, "✕");
    this.close.addEventListener("click", () => this.on.leave());
    this.sign = sign("unknown");
    this.words = make("span");
    this.state = make("p", { class: "health" }, this.sign, this.words);
    const out = [make("div", { class: "top" }, make("h2", { id: "panel-title" }, s.name), this.close), this.state];
    if (s.kind === "missing") out.push(make("p", {}, "The manifest says that it is needed, and has no service of this name."));
    else out.push(this.facts(s));
    const mend = [...s.conflicts.map((p) => p + ": a conflict is not resolved"), ...s.unwired.map((p) => p + ": it is not listed"), ...s.problems.map((p) => p.message + (p.hint ? " (" + p.hint + ")" : ""))];
    if (mend.length) out.push(make("h3", {}, "To mend"), make("ul", { class: "bad" }, ...mend.map((t) => make("li", {}, t))));
    const files = [...s.edited, ...s.deleted.map((p) => p + " (deleted)")];
    if (files.length) out.push(make("h3", {}, "Edited"), this.files(s, files));
    this.neighbours(s, map, out);
    if (!detail) return out;
    if (detail.endpoints.length) {
      out.push(make("h3", {}, "Endpoints"), make("table", { class: "endpoints" }, make("tbody", {}, ...detail.endpoints.map((e) =>
        make("tr", {}, make("td", {}, make("span", { class: "method" }, e.method)), make("td", {}, make("code", {}, e.path), e.summary ? " " + e.summary : ""))))));
    }
    if (detail.units.length) out.push(make("h3", {}, "Units"), make("ul", {}, ...detail.units.map((u) => make("li", {}, u.kind + " ", make("code", {}, u.values.join(" "))))));
    if (detail.notes.length) out.push(make("h3", {}, "Not shown"), make("ul", {}, ...detail.notes.map((t) => make("li", {}, t))));
    if (detail.runbook) out.push(make("h3", {}, "Runbook"), prose(detail.runbook));
    return out;
  }

  facts(s) {
    const rows = [["Kind", s.kind], ["Template", s.template && `${s.template} ${s.release}`], ["Newest", s.newest && `${s.newest}: svcgen upgrade ${s.name}`], ["Owner", s.owner], ["Folder", s.path],
      ["Port", s.port ? String(s.port) : ""], ["Database", s.databases.join(", ")], ["Publishes", s.publishes.join(", ")], ["Consumes", s.consumes.join(", ")]];
    return make("dl", {}, ...rows.filter(([, v]) => v).flatMap(([k, v]) => [make("dt", {}, k), make("dd", {}, v)]));
  }

  files(s, files) {
    const items = files.map((p) => make("li", {}, make("code", {}, p.startsWith(s.path + "/") ? p.slice(s.path.length + 1) : p)));
    if (items.length <= 6) return make("ul", {}, ...items);
    return make("details", {}, make("summary", {}, items.length + " files"), make("ul", {}, ...items));
  }

  neighbours(s, map, out) {
    const of = (title, names) => {
      const chips = [...new Set(names)].sort().map((name) => {
        const b = make("button", { type: "button" }, name);
        b.addEventListener("click", () => this.on.choose(name, true));
        return b;
      });
      if (chips.length) out.push(make("h3", {}, title), make("div", { class: "chips" }, ...chips));
    };
    of("Needs", map.edges.filter((e) => e.from === s.name).map((e) => e.to));
    of("Needed by", map.edges.filter((e) => e.to === s.name).map((e) => e.from));
  }
}
