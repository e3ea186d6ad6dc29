// The tab "Live": the camera, painted while you look.

import { listCameras, openCamera } from "./camera.js";
import { action, makeControls } from "./controls.js";
import { element } from "./element.js";
import { Figures } from "./figures.js";
import { icon } from "./icons.js";
import { keySheet, listenToKeys } from "./keys.js";
import { Link, ORIGINAL, PAINTING, WALL } from "./link.js";
import { Mix } from "./mix.js";
import { Recorder, save, stamp } from "./recorder.js";
import { Stage } from "./stage.js";
import { Wall } from "./wall.js";

const SIZES = { "640x480": [640, 480], "1280x720": [1280, 720] };
const SILENT_MS = 3000;

/** Fills `root`; called once, when the tab is first looked at. */
export function open(root, studio) {
  const live = new Live(root, studio);
  studio.live = live;
  return { shown: () => (live.visible = true), hidden: () => (live.visible = false) };
}

class Live {
  constructor(root, studio) {
    this.studio = studio;
    this.visible = true;
    this.state = null;
    this.source = null;
    this.camera = null;
    this.build(root);
    this.link = new Link({
      hello: (message) => this.greeted(message),
      state: ({ state }) => this.showState(state),
      wall: (message) => this.wall.list(message),
      picture: (picture) => this.received(picture),
      next: () => this.camera?.next(),
      figures: (message) => this.figures.show(message),
      notice: ({ sentence }) => studio.say(capital(sentence)),
      refused: ({ sentence }) => studio.say(capital(sentence)),
      ended: ({ sentence }) => this.ended(sentence),
      elsewhere: ({ sentence }) => this.moved(sentence),
      free: () => this.source === "elsewhere" && this.invite(),
      lost: (sentence) => this.lost(sentence),
    });
    listenToKeys(() => this.visible, {
      full: () => this.fullScreen(),
      snapshot: () => this.snapshot(),
      record: () => this.record(),
      help: () => this.keys.sheet.showModal(),
      wall: () => this.wall.root.querySelector("[aria-pressed=true]")?.focus(),
    }, (key) => this.link.say("key", { key }));
    document.addEventListener("visibilitychange", () => this.slept());
    navigator.mediaDevices?.addEventListener?.("devicechange", () => this.waitsForCamera && this.useCamera());
    setInterval(() => this.watch(), 1000);
  }

  build(root) {
    this.stage = new Stage();
    this.wall = new Wall((name) => (this.mix.open ? this.mix.put(name) : this.set({ styles: { [name]: 1 } })));
    this.mix = new Mix(this.wall, (weights) => this.set({ styles: weights }));
    this.controls = makeControls((values) => this.set(values));
    this.figures = new Figures();
    this.keys = keySheet();
    this.recorder = new Recorder(this.stage.canvas, this.studio, (seconds) => this.recording(seconds));
    this.mixButton = action("Mix", "mix", "Mix four styles in a square", () => this.toggleMix());
    this.recordButton = action("Record", "record", "Record, and stop (r)", () => this.record());
    this.recordButton.classList.add("record");
    this.sound = element("button", { type: "button", class: "toggle", "aria-pressed": "true", title: "Record the microphone as well" }, icon("sound"), element("span", {}, "Sound"));
    this.sound.addEventListener("click", () => this.sound.setAttribute("aria-pressed", String(this.sound.getAttribute("aria-pressed") !== "true")));
    this.sourceButton = action("Source", "camera", "What is painted", () => this.invite());
    this.bundles = element("select", { "aria-label": "Bundle: which network paints", title: "Which network paints", onchange: () => this.set({ bundle: this.bundles.value }) });
    this.command = element("code", {});
    const copy = element("button", { type: "button", class: "quiet", "aria-label": "Copy the command", title: "Copy the command that does the same" }, icon("copy"));
    copy.addEventListener("click", () => this.copy());
    const actions = element("div", { class: "actions", role: "group", "aria-label": "Actions" },
      this.sourceButton,
      action("Snapshot", "snapshot", "Save both versions (s)", () => this.snapshot()),
      this.recordButton, this.sound,
      action("Full screen", "full", "Full screen (f)", () => this.fullScreen()),
      action("Keys", "keys", "The keys (h)", () => this.keys.sheet.showModal()));
    root.classList.add("live");
    root.append(
      element("div", { class: "easel" }, this.stage.root,
        element("div", { class: "tools" }, this.controls.sliders, this.controls.switches),
        element("div", { class: "foot" }, actions, this.figures.line, element("span", { class: "command" }, this.command, copy))),
      element("aside", { class: "side" },
        element("div", { class: "head" }, element("h2", {}, "Styles"), this.bundles, this.mixButton),
        this.mix.root, this.wall.root),
      this.keys.sheet, this.figures.sheet);
    this.stage.veiled(element("p", { class: "invitation" }, "…"));
    this.wall.listeners.add((name, address) => name === this.state?.main && this.stage.root.style.setProperty("--hung", `url("${address}")`));
  }

  greeted({ owner, raw, offers, keys }) {
    this.raw = raw;
    this.offers = offers;
    this.keys.fill(keys);
    if (this.wish) this.link.say("set", this.wish); // as it was before the program was stopped
    if (!owner) return;
    if (this.source === "browser" || this.source === null) this.begin();
    else if (this.source !== "elsewhere") this.start(this.source);
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

  set(values) {
    if (!this.link.say("set", values)) this.studio.say("The studio’s program does not answer: nothing can be turned until it is back.");
  }

  showState(state) {
    this.state = state;
    this.controls.show(state);
    this.wall.mark(state.styles);
    this.stage.mirror = state.mirror;
    if (this.stage.view !== state.view) this.stage.setView(state.view);
    this.command.textContent = state.command;
    this.command.title = state.command;
    this.bundles.replaceChildren(...state.bundles.map((name) => element("option", { selected: name === state.bundle }, name)));
    this.bundles.value = state.bundle;
    const { styles, strength, stroke, native, keep_colours, mirror, view, hold, bundle } = state;
    this.wish = { styles, strength, stroke, native, keep_colours, mirror, view, hold, bundle };
    this.stage.root.classList.toggle("warming", !state.ready);
    const address = this.wall.addresses.get(state.main);
    if (address) this.stage.root.style.setProperty("--hung", `url("${address}")`);
  }

  async received(picture) {
    if (picture.part === WALL) return this.wall.hang(picture);
    if (picture.part === ORIGINAL) {
      this.before = picture;
      return;
    }
    if (picture.part !== PAINTING) return;
    const taken = this.camera?.taken(picture.index);
    try {
      await this.stage.show(picture, taken ?? (this.camera ? null : this.before));
    } finally {
      this.link.say("drawn");
    }
    this.lastShownAt = performance.now();
    this.painted = (this.painted ?? 0) + 1;
    if (taken) this.figures.drawn(this.lastShownAt - taken.taken);
    if (this.firstShownAt === null) {
      this.firstShownAt = this.lastShownAt;
      this.stage.veiled(null);
    }
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
    this.say("start", "browser", { width, height, rate });
    this.camera.free = true;
    if (!this.camera.send) this.camera.begin((message) => this.link.send(message), this.raw);
  }

  start(key) {
    if (key !== "browser") this.stopCamera();
    this.say("start", key);
  }

  say(kind, source, values = {}) {
    this.source = source;
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
    this.source = null;
    this.invite(`${capital(sentence)}.`);
  }

  moved(sentence) {
    this.stopCamera();
    this.source = "elsewhere";
    this.figures.clear();
    const here = element("button", { type: "button", class: "main", onclick: () => (this.source = null, this.link.say("take"), this.begin()) }, "Paint here");
    this.stage.veiled(element("div", { class: "card" }, element("p", { role: "alert" }, `${capital(sentence)}.`), element("div", { class: "offers" }, here)));
  }

  lost(sentence) {
    if (this.camera) this.camera.free = false;
    this.figures.clear();
    this.stage.veiled(element("div", { class: "card" }, element("p", { role: "alert" }, sentence)));
  }

  slept() {
    if (document.hidden) return;
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

  toggleMix() {
    const on = !this.mix.open;
    this.mixButton.setAttribute("aria-pressed", String(on));
    this.mix.toggle(on, this.state?.styles ?? {});
  }

  async snapshot() {
    if (!this.firstShownAt) return this.studio.say("There is no picture yet.");
    const name = `pleinair-${stamp()}.png`;
    save((this.lastSnapshot = await this.stage.snapshot()), name);
    this.studio.say(`Saved ${name}, with both versions: it is in your downloads.`);
  }

  record() {
    if (this.recorder.running) return this.recorder.stop();
    if (!this.firstShownAt) return this.studio.say("There is no picture to record yet.");
    return this.recorder.start(this.sound.getAttribute("aria-pressed") === "true");
  }

  recording(seconds) {
    const on = seconds !== null;
    this.recordButton.setAttribute("aria-pressed", String(on));
    this.recordButton.lastChild.textContent = on ? `${seconds.toFixed(0)} s` : "Record";
  }

  fullScreen() {
    if (document.fullscreenElement) document.exitFullscreen();
    else this.stage.root.requestFullscreen?.().catch(() => this.studio.say("This browser does not fill the screen."));
  }

  async copy() {
    await navigator.clipboard?.writeText(this.command.textContent).then(
      () => this.studio.say("Copied."), () => getSelection().selectAllChildren(this.command));
  }
}

function capital(sentence) {
  return sentence[0].toUpperCase() + sentence.slice(1);
}
