// The figures: one quiet line, and a sheet with everything and what would make it faster.

import { element } from "./element.js";

const RECENT = 90;

export class Figures {
  constructor() {
    this.line = element("button", { type: "button", class: "quiet figures", "aria-haspopup": "dialog", title: "Figures, and what would make it faster" });
    this.list = element("dl", {});
    this.advice = element("ul", { class: "advice" });
    this.sheet = element("dialog", { class: "sheet", "aria-label": "Figures" },
      element("h2", {}, "Figures"), this.list, element("h2", {}, "What would make it faster"), this.advice,
      element("form", { method: "dialog" }, element("button", { class: "main" }, "Close")));
    this.line.addEventListener("click", () => this.sheet.showModal());
    this.latencies = [];
  }

  /** Notes how long ago a frame that is drawn now was captured, in milliseconds. */
  drawn(latency) {
    this.latencies.push(latency);
    if (this.latencies.length > RECENT) this.latencies.shift();
  }

  clear() {
    this.latencies = [];
    this.line.textContent = "";
    this.now = null;
  }

  show(told) {
    const ordered = [...this.latencies].sort((one, two) => one - two);
    const at = (share) => (ordered.length ? ordered[Math.floor((ordered.length - 1) * share)] : null);
    this.now = { ...told, pageP50: at(0.5), pageP95: at(0.95) };
    const { p50, p95 } = { p50: this.now.pageP50 ?? told.p50, p95: this.now.pageP95 ?? told.p95 };
    this.line.textContent = `${told.fps.toFixed(0)} fps   ${p50.toFixed(0)} ms   p95 ${p95.toFixed(0)} ms`;
    const rows = {
      "Frames a second": told.fps.toFixed(1),
      "Camera to screen": this.now.pageP50 == null ? "" : `${p50.toFixed(0)} ms, p95 ${p95.toFixed(0)} ms`,
      "Of which in the program": `${told.p50.toFixed(0)} ms, p95 ${told.p95.toFixed(0)} ms`,
      "Of which the engine": `${told.engine_ms.toFixed(0)} ms`,
      "Painted, left out": `${told.frames}, ${told.dropped}`,
      Engine: told.engine,
      Bundle: told.bundle,
      Picture: told.size ? told.size.join(" × ") : "",
      Painted: told.manner,
    };
    this.list.replaceChildren(...Object.entries(rows).filter(([, value]) => value).flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)]));
    this.advice.replaceChildren(...told.advice.map((words) => element("li", {}, words)));
  }
}
