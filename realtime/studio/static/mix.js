// Four styles at the corners of a square, mixed by the place of a point.

import { element } from "./element.js";
import { spoken } from "./wall.js";

const CORNERS = ["top left", "top right", "bottom left", "bottom right"];

export class Mix {
  /** `mix({name: weight})` is called when the point or a corner changes. */
  constructor(wall, mix) {
    this.wall = wall;
    this.mix = mix;
    this.names = [];
    this.selected = 0;
    this.x = this.y = 0.5;
    this.corners = CORNERS.map((where, at) => this.corner(where, at));
    this.point = element("span", { class: "point", "aria-hidden": "true" });
    this.square = element("div", { class: "square" }, ...this.corners.map(({ root }) => root), this.point);
    this.sliders = ["From left to right", "From top to bottom"].map((label, axis) =>
      element("input", {
        type: "range", min: 0, max: 100, step: 5, value: 50, class: "unseen", "aria-label": `Mix: ${label.toLowerCase()}`,
        oninput: (event) => this.move(axis ? this.x : event.target.value / 100, axis ? event.target.value / 100 : this.y),
        onfocus: () => this.square.classList.add("focused"),
        onblur: () => this.square.classList.remove("focused"),
      }),
    );
    this.hint = element("p", { class: "hint" }, "Drag the point. A style that you click below takes the marked corner.");
    this.root = element("div", { class: "mix", hidden: true }, this.square, ...this.sliders, this.hint);
    this.listen();
    wall.listeners.add(() => this.dress());
  }

  get open() {
    return !this.root.hidden;
  }

  /** Opens with what is painted now in the first corners, or closes. */
  toggle(on, painted) {
    this.root.hidden = !on;
    if (!on) return;
    const all = this.wall.places.map(({ name }) => name);
    const first = Object.keys(painted).filter((name) => all.includes(name));
    this.names = [...new Set([...first, ...this.names, ...spread(all)])].slice(0, 4);
    this.select(Math.min(1, this.names.length - 1));
    if (first.length === 1) this.x = this.y = 0; // the point lies where that style is alone
    this.dress();
    this.place();
    if (first.length > 1) this.tell();
  }

  /** Puts a style into the marked corner. */
  put(name) {
    const there = this.names.indexOf(name);
    if (there >= 0) this.names[there] = this.names[this.selected];
    this.names[this.selected] = name;
    this.select((this.selected + 1) % 4);
    this.dress();
    this.tell();
  }

  corner(where, at) {
    const image = element("img", { alt: "", draggable: "false" });
    const label = element("span", { class: "label" });
    const root = element("button", { type: "button", class: "corner", "aria-pressed": "false" }, image, label);
    root.addEventListener("click", () => this.select(at));
    return { root, image, label, where };
  }

  select(at) {
    this.selected = at;
    this.corners.forEach(({ root }, number) => root.setAttribute("aria-pressed", String(number === at)));
  }

  dress() {
    if (!this.open) return;
    this.corners.forEach(({ root, image, label, where }, at) => {
      const name = this.names[at];
      if (!name) return;
      const address = this.wall.addresses.get(name);
      if (address && image.src !== address) image.src = address;
      label.textContent = spoken(name);
      root.setAttribute("aria-label", `Corner ${where}: ${spoken(name)}. Choose a style on the wall to change it`);
    });
  }

  move(x, y) {
    [this.x, this.y] = [x, y].map((share) => Math.min(1, Math.max(0, share)));
    this.place();
    this.tell();
  }

  place() {
    this.square.style.setProperty("--x", `${100 * this.x}%`);
    this.square.style.setProperty("--y", `${100 * this.y}%`);
    this.sliders[0].value = 100 * this.x;
    this.sliders[1].value = 100 * this.y;
  }

  tell() {
    const { x, y } = this;
    const shares = [(1 - x) * (1 - y), x * (1 - y), (1 - x) * y, x * y];
    const weights = {};
    this.names.forEach((name, at) => {
      const share = Math.round(100 * shares[at]) / 100;
      if (share > 0) weights[name] = share;
    });
    this.mix(weights);
  }

  listen() {
    const move = (event) => {
      const box = this.square.getBoundingClientRect();
      this.move((event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
    };
    this.square.addEventListener("pointerdown", (event) => {
      this.down = [event.clientX, event.clientY];
      this.dragging = event.target === this.point;
      if (this.dragging) this.square.setPointerCapture(event.pointerId);
    });
    this.square.addEventListener("pointermove", (event) => {
      if (!this.down || !event.buttons) return;
      const far = Math.hypot(event.clientX - this.down[0], event.clientY - this.down[1]) > 4;
      if (far && !this.dragging) {
        this.dragging = true;
        this.square.setPointerCapture(event.pointerId);
      }
      if (this.dragging) move(event);
    });
    for (const end of ["pointerup", "pointercancel"])
      this.square.addEventListener(end, () => (this.down = this.dragging = null));
  }
}

/** Names that lie far from each other in the list: neighbours are often alike. */
function spread(names) {
  return [0, 1, 2, 3].map((at) => names[Math.floor((at * names.length) / 4)]).filter(Boolean);
}
