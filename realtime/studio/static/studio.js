// The page: its tabs, and what all of them share, handed to each as `studio`.

import { askJson, askRaw, withToken } from "./server.js";
import { element } from "./element.js";
import * as live from "./live.js";
import * as files from "./files.js";
import * as learn from "./learn.js";

const PARTS = { live, files, learn };
const opened = new Map();
const listeners = new Set();

/** What every part is given beside its root element. */
const studio = {
  /** `await studio.json(path, {method, body})`: JSON of `/api/...`; throws Error(sentence). */
  json: askJson,
  /** The same for a Response as it is. */
  raw: askRaw,
  /** The address of something behind `/api/`, for `src` and `href`. */
  address: withToken,
  /** Says a sentence at the lower edge; `trouble` stays until it is put away. */
  say,
  /** Shows another part: "live", "files", "learn". */
  show,
  /** Calls back with the list of bundles, now and whenever it has changed. */
  onStyles(callback) {
    listeners.add(callback);
    if (studio.bundles) callback(studio.bundles);
    return () => listeners.delete(callback);
  },
  /** Reads the list of bundles anew. */
  readStyles,
  bundles: null,
};

async function readStyles() {
  const { bundles } = await askJson("/api/styles");
  const changed = JSON.stringify(bundles) !== JSON.stringify(studio.bundles);
  studio.bundles = bundles;
  if (changed) for (const callback of listeners) callback(bundles);
  return bundles;
}

function say(sentence, { trouble = false, seconds = 6 } = {}) {
  const box = document.getElementById("notices");
  for (const old of box.children) if (old.dataset.sentence === sentence) old.remove();
  const notice = element("p", { class: trouble ? "notice trouble" : "notice" }, sentence);
  notice.dataset.sentence = sentence;
  const away = element("button", { class: "quiet", "aria-label": "Put this away" }, "×");
  away.addEventListener("click", () => notice.remove());
  notice.append(away);
  box.append(notice);
  if (!trouble) setTimeout(() => notice.remove(), 1000 * seconds);
}

function show(name) {
  for (const part of Object.keys(PARTS)) {
    const chosen = part === name;
    const tab = document.getElementById(`tab-${part}`);
    tab.setAttribute("aria-selected", String(chosen));
    tab.tabIndex = chosen ? 0 : -1;
    document.getElementById(part).hidden = !chosen;
    if (!chosen) opened.get(part)?.hidden?.();
  }
  // A part is opened when it is first looked at; what `open` returns is told of being seen or not.
  if (!opened.has(name)) opened.set(name, PARTS[name].open(document.getElementById(name), studio) ?? {});
  opened.get(name).shown?.();
  document.body.dataset.part = name;
  if (location.hash.slice(1) !== name) history.replaceState(null, "", `#${name}`);
}

function openTabs() {
  const tabs = [...document.querySelectorAll("[role=tab]")];
  tabs.forEach((tab, at) => {
    tab.addEventListener("click", () => show(tab.id.slice(4)));
    tab.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      event.preventDefault();
      event.stopPropagation();
      const next = tabs[(at + step + tabs.length) % tabs.length];
      next.focus();
      show(next.id.slice(4));
    });
  });
  const asked = location.hash.slice(1);
  show(asked in PARTS ? asked : "live");
}

// For the tests, and for whoever looks at the page with the browser's own tools.
window.pleinair = studio;
// A file that misses its target must not replace the page.
for (const kind of ["dragover", "drop"]) addEventListener(kind, (event) => event.preventDefault());
openTabs();
readStyles().catch((error) => say(error.message, { trouble: true }));
