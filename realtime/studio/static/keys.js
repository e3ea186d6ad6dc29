// The keys of the live window, in the page.

import { element } from "./element.js";

const NAMES = { ArrowLeft: "left", ArrowRight: "right", ArrowUp: "up", ArrowDown: "down", " ": "space", F11: "f11" };
const HERE = {
  f: "full", f11: "full", s: "snapshot", r: "record", h: "help", "?": "help", t: "wall",
};
const MOVES = new Set(["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", " ", "Home", "End"]);

/** Listens while `active()`; `actions[name]()` does what the page itself does, `press(key)` the rest. */
export function listenToKeys(active, actions, press) {
  addEventListener("keydown", (event) => {
    if (!active() || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (document.querySelector("dialog[open]")) return;
    const on = event.target.closest?.("input, select, textarea, [role=slider], [role=tab]");
    if (on && MOVES.has(event.key)) return; // these belong to what has the focus
    if (event.target.closest?.("textarea, select, input:not([type=range]):not([type=checkbox])")) return;
    if (event.key === " " && event.target.closest?.("button, a")) return;
    const key = NAMES[event.key] ?? (event.key.length === 1 ? event.key : null);
    if (key === null) return;
    const here = HERE[key.toLowerCase()];
    event.preventDefault();
    if (here) actions[here]();
    else press(key);
  });
}

/** The sheet that lists them. */
export function keySheet() {
  const table = element("dl", { class: "keys" });
  const sheet = element("dialog", { class: "sheet", "aria-label": "Keys" },
    element("h2", {}, "Keys"), table, element("form", { method: "dialog" }, element("button", { class: "main" }, "Close")));
  return {
    sheet,
    fill(keys) {
      const all = [{ keys: ["1–9", "0"], words: "style by number" }, ...keys];
      table.replaceChildren(...all.flatMap(({ keys: names, words }) => [
        element("dt", {}, ...names.map((name) => element("kbd", {}, name))), element("dd", {}, words),
      ]));
    },
  };
}
