// Sliders and switches of the look, and what they say to the server.

import { element } from "./element.js";
import { icon } from "./icons.js";

/** Makes them; `set(values)` is called with what the user turns. */
export function makeControls(set) {
  const strength = slider("Strength", { min: 0, max: 100, step: 5 }, (value) => `${value} %`, (value) => set({ strength: value / 100 }));
  // Strokes are felt as ratios: half and double lie at the same distance.
  const stroke = slider(
    "Strokes", { min: -4, max: 4, step: 1 }, (value) => sizeOf(value).toFixed(2).replace(/\.?0+$/, ""), (value) => set({ stroke: sizeOf(value), native: false }),
  );
  const switches = {
    keep_colours: toggle("Colours", "colours", "Keep the picture’s own colours (c)", (on) => set({ keep_colours: on })),
    mirror: toggle("Mirror", "mirror", "Swap left and right (m)", (on) => set({ mirror: on })),
    frozen: toggle("Freeze", "freeze", "Hold this frame and turn its look (space)", (on) => set({ frozen: on })),
    hold: toggle("Hold the rate", "rate", "Paint coarser where time is short", (on) => set({ hold: on })),
  };
  const before = toggle("Before | after", "split", "Divide the picture (b); both beside each other (d)", (on) => set({ view: on ? "split" : "painting" }));
  return {
    sliders: element("div", { class: "sliders" }, strength.root, stroke.root),
    switches: element("div", { class: "switches", role: "group", "aria-label": "Switches" },
      before.root, ...Object.values(switches).map(({ root }) => root)),
    /** Shows a state of the server. */
    show(state) {
      strength.show(Math.round(100 * state.strength));
      stroke.show(Math.round(4 * Math.log2(state.stroke)));
      for (const [name, { show }] of Object.entries(switches)) show(state[name]);
      before.show(state.view !== "painting");
    },
  };
}

function sizeOf(step) {
  return Math.round(1000 * 2 ** (step / 4)) / 1000;
}

function slider(name, range, words, turned) {
  const value = element("output", {});
  const input = element("input", { type: "range", ...range, "aria-label": name });
  const show = (number) => {
    value.textContent = words(number);
    input.setAttribute("aria-valuetext", words(number));
    const share = (number - range.min) / (range.max - range.min);
    input.style.setProperty("--filled", `${100 * share}%`);
  };
  let held = 0;
  input.addEventListener("input", () => {
    held = performance.now();
    show(Number(input.value));
    turned(Number(input.value));
  });
  return {
    root: element("label", { class: "slider" }, element("span", {}, name), input, value),
    show(number) {
      // What the server says about a slider that is being dragged is old already.
      if (performance.now() - held < 300) return;
      input.value = number;
      show(number);
    },
  };
}

function toggle(name, symbol, title, turned) {
  const root = element("button", { type: "button", class: "toggle", "aria-pressed": "false", "aria-label": name, title }, icon(symbol), element("span", {}, name));
  root.addEventListener("click", () => turned(root.getAttribute("aria-pressed") !== "true"));
  return { root, show: (on) => root.setAttribute("aria-pressed", String(Boolean(on))) };
}

/** A button with a symbol, and a text that small screens leave out. */
export function action(name, symbol, title, pressed) {
  return element("button", { type: "button", class: "toggle", title, "aria-label": title, onclick: pressed }, icon(symbol), element("span", {}, name));
}
