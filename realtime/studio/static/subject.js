// What is painted: the browser's camera, or a source of the machine; and what to do when there is none.

import { listCameras, openCamera } from "./camera.js";
import { element } from "./element.js";

const SIZES = { "640x480": [640, 480], "1280x720": [1280, 720] };
const SILENT_MS = 3000;

/** Chooses, starts and watches the source, and lays over the picture what the user must know. */
export class Subject {
  constructor({ studio, stage, figures, recorder }) {
    Object.assign(this, { studio, stage, figures, recorder });
    /** "browser", "landscape", "own", "elsewhere" (another tab has the engine), or null. */
    this.kind = null;
    this.camera = null;
    this.link = null;
    this.offers = [];
    this.raw = false;
    /** When the first painting of this source was shown; null before that. */
    this.firstShownAt = null;
    this.lastShownAt = 0;
    document.addEventListener("visibilitychange", () => this.slept());
    navigator.mediaDevices?.addEventListener?.("devicechange", () => this.waitsForCamera && this.useCamera());
    setInterval(() => this.watch(), 1000);
  }

  /** The server is there: goes on with what was painted, or asks. */
  greeted({ owner, raw, offers }) {
    Object.assign(this, { raw, offers });
    if (!owner) return;
    if (this.kind === "browser" || this.kind === null) this.begin();
    else if (this.kind !== "elsewhere") this.start(this.kind);
  }

  /** A painting of frame `index` is there: what it was painted of, and when that was taken. */
  original(index) {
    return this.camera ? this.camera.taken(index) : this.before;
  }

  /** A painting was drawn. */
  shown() {
    this.lastShownAt = performance.now();
    if (this.firstShownAt !== null) return;
    this.firstShownAt = this.lastShownAt;
    this.stage.veiled(null);
  }

  /** Starts with the camera where that was allowed before, else asks what to paint. */
  async begin() {
    if (this.camera) return this.startCamera();
    const own = this.offers.find(({ key }) => key === "own");
    if (own) return this.start("own");
    const allowed = await navigator.permissions?.query({ name: "camera" }).catch(() => null);
    if (allowed?.state === "granted") this.useCamera();
    else this.invite();
  }

  async useCamera(device = this.device, size = this.size ?? "640x480") {
    this.stopCamera();
    this.stage.veiled(element("p", { class: "invitation" }, "The browser asks for the camera …"));
    const [width, height] = SIZES[size];
    try {
      this.camera = await openCamera({ width, height, device });
    } catch (error) {
      this.waitsForCamera = error.name === "NotFoundError";
      this.invite(error.message);
      return;
    }
    this.waitsForCamera = false;
    Object.assign(this, { device, size });
    this.camera.track.addEventListener("ended", () => {
      this.stopCamera();
      this.waitsForCamera = true;
      this.invite("The camera went away. Plug it in again: the picture comes back by itself.");
    });
    this.startCamera();
  }

  startCamera() {
    const { width, height, rate } = this.camera.settings;
    this.tell("start", "browser", { width, height, rate });
    this.camera.free = true;
    if (!this.camera.send) this.camera.begin((message) => this.link.send(message), this.raw);
  }

  start(key) {
    if (key !== "browser") this.stopCamera();
    this.tell("start", key);
  }

  tell(kind, source, values = {}) {
    this.kind = source;
    this.before = null;
    this.firstShownAt = null;
    this.startedAt = this.lastShownAt = performance.now();
    this.figures.clear();
    this.stage.original = null;
    this.stage.veiled(element("p", { class: "invitation" }, "Getting ready to paint …"));
    this.link.say(kind, { source, ...values });
  }

  stopCamera() {
    this.camera?.stop();
    this.camera = null;
  }

  /** Asks what to paint, and says what is wrong if something is. */
  async invite(trouble = "") {
    const card = element("div", { class: "card" });
    if (trouble) card.append(element("p", { class: "trouble", role: "alert" }, trouble));
    else card.append(element("h2", {}, "What shall be painted?"), element("p", { class: "soft" }, "Nothing leaves this machine."));
    const size = element("select", { "aria-label": "Size of the camera picture" }, ...Object.keys(SIZES).map((name) => element("option", { selected: name === this.size }, name)));
    const cameras = await listCameras();
    const which = element("select", { "aria-label": "Which camera" }, ...cameras.map(({ deviceId, label }) => element("option", { value: deviceId, selected: deviceId === this.device }, label || "Camera")));
    const buttons = (this.offers ?? []).map(({ key, words }) => element("button", {
      type: "button", class: key === "browser" ? "main" : "",
      onclick: () => (key === "browser" ? this.useCamera(which.value || undefined, size.value) : this.start(key)),
    }, trouble && key === "browser" ? "Try again" : words));
    card.append(element("div", { class: "offers" }, ...buttons));
    card.append(element("div", { class: "choices" }, cameras.length > 1 ? which : null, size));
    if (this.firstShownAt) card.append(element("button", { type: "button", class: "quiet", onclick: () => this.stage.veiled(null) }, "Back to the picture"));
    this.stage.veiled(card);
    card.querySelector(".main")?.focus({ preventScroll: true });
  }

  ended(sentence) {
    this.stopCamera();
    this.kind = null;
    this.invite(`${capital(sentence)}.`);
  }

  moved(sentence) {
    this.stopCamera();
    this.kind = "elsewhere";
    this.figures.clear();
    const here = element("button", { type: "button", class: "main", onclick: () => (this.kind = null, this.link.say("take"), this.begin()) }, "Paint here");
    this.stage.veiled(element("div", { class: "card" }, element("p", { role: "alert" }, `${capital(sentence)}.`), element("div", { class: "offers" }, here)));
  }

  lost(sentence) {
    if (this.camera) this.camera.free = false;
    this.figures.clear();
    this.stage.veiled(element("div", { class: "card" }, element("p", { role: "alert" }, sentence)));
  }

  slept() {
    if (document.hidden) {
      if (this.recorder.running) this.studio.say("The recording stands still while this tab is hidden.", { seconds: 30 });
      return;
    }
    this.lastShownAt = performance.now();
    if (this.camera) this.camera.lastFrameAt = performance.now();
    this.camera?.next();
  }

  /** Says what is missing where no picture comes. */
  watch() {
    if (document.hidden || !this.link.open || !this.camera || this.firstShownAt === null) return;
    const now = performance.now();
    const silent = now - this.camera.lastFrameAt;
    if (silent > SILENT_MS) this.studio.say(`No picture from the camera for ${(silent / 1000).toFixed(0)} s: is it covered by another program?`);
    else if (now - this.lastShownAt > 2 * SILENT_MS) this.camera.next();
  }
}

export function capital(sentence) {
  return sentence[0].toUpperCase() + sentence.slice(1);
}
