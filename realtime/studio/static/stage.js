// The picture: the painting on one canvas, what it was painted of on another, and a divider.

import { element } from "./element.js";
import { drawable } from "./link.js";

const STEP = 0.02;

export class Stage {
  constructor() {
    this.canvas = element("canvas", { class: "painting", width: 640, height: 480, "aria-hidden": "true" });
    this.before = element("canvas", { class: "before", width: 640, height: 480, hidden: true, "aria-hidden": "true" });
    this.divider = element("div", {
      class: "divider", role: "slider", tabindex: "0", hidden: true, "aria-label": "Divider between before and after",
      "aria-valuemin": "0", "aria-valuemax": "100", "aria-orientation": "horizontal",
    });
    this.pictures = element("div", { class: "pictures" }, this.canvas, this.before, this.divider);
    this.veil = element("div", { class: "veil" });
    this.root = element("div", { class: "stage", role: "group", "aria-label": "The live picture" }, this.pictures, this.veil);
    this.context = this.canvas.getContext("2d", { alpha: false });
    this.beforeContext = this.before.getContext("2d", { alpha: false });
    this.mirror = false;
    this.view = "painting";
    this.place(0.5);
    this.listen();
  }

  /** Shows the painting, the split view with its divider, or both beside each other. */
  setView(view) {
    this.view = view;
    this.root.dataset.view = view;
    this.before.hidden = view === "painting";
    this.divider.hidden = view !== "split";
    if (view !== "painting") this.drawBefore();
  }

  /** Draws a painting and keeps what it was painted of. */
  async show(painting, original) {
    this.original = original ?? this.original;
    await this.draw(this.context, painting);
    if (this.view !== "painting") await this.drawBefore();
    this.root.classList.add("lit");
  }

  async drawBefore() {
    if (this.original) await this.draw(this.beforeContext, this.original);
  }

  async draw(context, picture) {
    const drawn = await drawable(picture);
    const { canvas } = context;
    const width = picture.width || drawn.width;
    const height = picture.height || drawn.height;
    if (canvas.width !== width || canvas.height !== height) {
      Object.assign(canvas, { width, height });
      this.pictures.style.setProperty("--ratio", `${width} / ${height}`);
      this.pictures.style.setProperty("--shape", String(width / height));
    }
    context.setTransform(this.mirror ? -1 : 1, 0, 0, 1, this.mirror ? width : 0, 0);
    context.drawImage(drawn, 0, 0, width, height);
    drawn.close();
  }

  /** Both versions beside each other, as a PNG. */
  async snapshot() {
    await this.drawBefore();
    const { width, height } = this.canvas;
    const both = new OffscreenCanvas(this.original ? 2 * width : width, height);
    const context = both.getContext("2d");
    if (this.original) context.drawImage(this.before, 0, 0, width, height);
    context.drawImage(this.canvas, this.original ? width : 0, 0);
    return both.convertToBlob({ type: "image/png" });
  }

  /** Puts the divider at a share of the width. */
  place(share) {
    this.share = Math.min(1, Math.max(0, share));
    const percent = Math.round(100 * this.share);
    this.pictures.style.setProperty("--divider", `${100 * this.share}%`);
    this.divider.setAttribute("aria-valuenow", String(percent));
    this.divider.setAttribute("aria-valuetext", `${percent} % of the picture is the original`);
  }

  listen() {
    const move = (event) => {
      const box = this.pictures.getBoundingClientRect();
      this.place((event.clientX - box.left) / box.width);
    };
    this.pictures.addEventListener("pointerdown", (event) => {
      if (this.view !== "split") return;
      this.pictures.setPointerCapture(event.pointerId);
      this.dragging = true;
      move(event);
    });
    this.pictures.addEventListener("pointermove", (event) => this.dragging && move(event));
    for (const end of ["pointerup", "pointercancel"])
      this.pictures.addEventListener(end, () => (this.dragging = false));
    this.divider.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: -STEP, ArrowRight: STEP, Home: -1, End: 1 }[event.key];
      if (!step) return;
      event.preventDefault();
      event.stopPropagation();
      this.place(this.share + step);
    });
  }

  /** Lays a sentence with buttons over the picture; nothing takes it away. */
  veiled(content) {
    this.veil.replaceChildren(...(content ? [content] : []));
    this.root.classList.toggle("veiled", Boolean(content));
  }
}
