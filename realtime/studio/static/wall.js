// The wall: every style as a small painting of what the camera sees.

import { element } from "./element.js";

export class Wall {
  /** `choose(name)` is called when a style is clicked. */
  constructor(choose) {
    this.choose = choose;
    this.tiles = new Map();
    this.root = element("div", { class: "wall", role: "group", "aria-label": "Styles" });
    this.version = -1;
    this.places = [];
    this.addresses = new Map();
    this.listeners = new Set();
  }

  /** Takes the list of styles; what is there already stays as it is. */
  list({ version, places }) {
    this.version = version;
    this.places = places;
    const names = new Set(places.map(({ name }) => name));
    for (const [name, tile] of this.tiles) if (!names.has(name)) (tile.root.remove(), this.tiles.delete(name));
    places.forEach((place, number) => {
      if (!this.tiles.has(place.name)) this.tiles.set(place.name, this.tile(place));
      const { root, label } = this.tiles.get(place.name);
      label.textContent = spoken(place.name);
      root.title = place.credit || spoken(place.name);
      if (this.root.children[number] !== root) this.root.insertBefore(root, this.root.children[number] ?? null);
    });
    this.mark(this.weights ?? {});
  }

  tile({ name }) {
    const image = element("img", { alt: "", draggable: "false" });
    const label = element("span", { class: "label" });
    const root = element(
      "button",
      { class: "tile", type: "button", "aria-pressed": "false", onclick: () => this.choose(name) },
      element("span", { class: "frame" }, image),
      label,
    );
    root.dataset.style = name;
    return { root, image, label };
  }

  /** Hangs a picture, if it is for the list as it is. */
  hang({ version, index, data }) {
    const place = this.places[index];
    if (version !== this.version % 65536 || !place) return;
    const { image } = this.tiles.get(place.name);
    const address = URL.createObjectURL(new Blob([data], { type: "image/jpeg" }));
    const old = this.addresses.get(place.name);
    this.addresses.set(place.name, address);
    image.src = address;
    image.classList.add("there");
    for (const listener of this.listeners) listener(place.name, address);
    if (old) image.decode().catch(() => {}).finally(() => setTimeout(() => URL.revokeObjectURL(old), 1000));
  }

  /** Shows which styles are painted, and how much of each. */
  mark(weights) {
    this.weights = weights;
    const mixed = Object.keys(weights).length > 1;
    for (const [name, { root }] of this.tiles) {
      const share = weights[name] ?? 0;
      root.setAttribute("aria-pressed", String(share > 0));
      root.dataset.share = mixed && share ? `${Math.round(100 * share)} %` : "";
      root.classList.toggle("faint", mixed && share > 0 && share < 0.05);
    }
  }
}

/** The name of a style as people say it. */
export function spoken(name) {
  const words = name.replaceAll("-", " ");
  return words[0].toUpperCase() + words.slice(1).replace(/\bvii\b/, "VII");
}
