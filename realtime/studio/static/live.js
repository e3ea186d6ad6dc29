// The tab "Live": the camera, painted while you look.

import { action, makeControls } from "./controls.js";
import { element } from "./element.js";
import { Figures } from "./figures.js";
import { icon } from "./icons.js";
import { keySheet, listenToKeys } from "./keys.js";
import { Link, ORIGINAL, PAINTING, WALL } from "./link.js";
import { Mix } from "./mix.js";
import { Recorder, save, stamp } from "./recorder.js";
import { Stage } from "./stage.js";
import { capital, Subject } from "./subject.js";
import { spoken, Wall } from "./wall.js";


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
    this.painted = 0;
    this.build(root);
    const { subject } = this;
    this.link = subject.link = new Link({
      hello: (message) => this.greeted(message),
      state: ({ state }) => this.showState(state),
      wall: (message) => this.wall.list(message),
      picture: (picture) => this.received(picture),
      next: () => subject.camera?.next(),
      figures: (message) => this.figures.show(message),
      notice: ({ sentence }) => studio.say(capital(sentence)),
      refused: ({ sentence }) => studio.say(capital(sentence)),
      ended: ({ sentence }) => subject.ended(sentence),
      elsewhere: ({ sentence }) => subject.moved(sentence),
      free: () => subject.kind === "elsewhere" && subject.invite(),
      lost: (sentence) => subject.lost(sentence),
    });
    listenToKeys(() => this.visible, {
      full: () => this.fullScreen(),
      snapshot: () => this.snapshot(),
      record: () => this.record(),
      help: () => this.keys.sheet.showModal(),
      wall: () => this.wall.root.querySelector("[aria-pressed=true]")?.focus(),
    }, (key) => this.link.say("key", { key }));
  }

  build(root) {
    this.stage = new Stage();
    this.wall = new Wall((name) => (this.mix.open ? this.mix.put(name) : this.set({ styles: { [name]: 1 } })));
    this.mix = new Mix(this.wall, (weights) => this.set({ styles: weights }));
    this.controls = makeControls((values) => this.set(values));
    this.figures = new Figures();
    this.keys = keySheet();
    this.recorder = new Recorder(this.stage.canvas, this.studio, (seconds) => this.recording(seconds));
    this.subject = new Subject(this);
    this.mixButton = action("Mix", "mix", "Mix four styles in a square", () => this.toggleMix());
    this.recordButton = action("Record", "record", "Record, and stop (r)", () => this.record());
    this.recordButton.classList.add("record");
    this.sound = element("button", { type: "button", class: "toggle", "aria-pressed": "true", title: "Record the microphone as well" }, icon("sound"), element("span", {}, "Sound"));
    this.sound.addEventListener("click", () => this.sound.setAttribute("aria-pressed", String(this.sound.getAttribute("aria-pressed") !== "true")));
    this.sourceButton = action("Source", "camera", "What is painted", () => this.subject.invite());
    this.bundles = element("select", { "aria-label": "Bundle: which network paints", title: "Which network paints", onchange: () => this.set({ bundle: this.bundles.value }) });
    this.said = element("p", { class: "unseen", role: "status" }); // for screen readers
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
      this.said, this.keys.sheet, this.figures.sheet);
    this.stage.veiled(element("p", { class: "invitation" }, "…"));
    this.wall.listeners.add((name, address) => name === this.state?.main && this.stage.root.style.setProperty("--hung", `url("${address}")`));
  }

  greeted(message) {
    this.keys.fill(message.keys);
    // As it was before the program was stopped, or when the page was left.
    const wish = this.wish ?? (message.fresh ? remembered() : null);
    if (wish && message.owner) {
      const { styles, bundle, ...others } = wish;
      this.link.say("set", others);
      this.link.say("set", { bundle, styles }); // these may not exist any more
    }
    this.subject.greeted(message);
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
    remember(this.wish);
    const words = `${Object.keys(styles).map(spoken).join(", ")}, strength ${Math.round(100 * strength)} %`;
    if (this.said.textContent !== words) this.said.textContent = words;
    const address = this.wall.addresses.get(state.main);
    if (address) this.stage.root.style.setProperty("--hung", `url("${address}")`);
  }

  async received(picture) {
    if (picture.part === WALL) return this.wall.hang(picture);
    if (picture.part === ORIGINAL) {
      this.subject.before = picture;
      return;
    }
    if (picture.part !== PAINTING) return;
    const original = this.subject.original(picture.index);
    try {
      await this.stage.show(picture, original);
    } finally {
      this.link.say("drawn");
    }
    this.painted += 1;
    this.subject.shown();
    // A frozen picture is painted again and again: that says nothing about time.
    if (original?.taken && picture.index !== this.lastIndex) this.figures.drawn(performance.now() - original.taken);
    this.lastIndex = picture.index;
  }

  toggleMix() {
    const on = !this.mix.open;
    this.mixButton.setAttribute("aria-pressed", String(on));
    this.mix.toggle(on, this.state?.styles ?? {});
  }

  async snapshot() {
    if (!this.subject.firstShownAt) return this.studio.say("There is no picture yet.");
    const name = `pleinair-${stamp()}.png`;
    save((this.lastSnapshot = await this.stage.snapshot()), name);
    this.studio.say(`Saved ${name}, with both versions: it is in your downloads.`);
  }

  record() {
    if (this.recorder.running) return this.recorder.stop();
    if (!this.subject.firstShownAt) return this.studio.say("There is no picture to record yet.");
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

function remember(wish) {
  try {
    localStorage.setItem("pleinair", JSON.stringify(wish));
  } catch {
    // private windows keep nothing
  }
}

function remembered() {
  try {
    return JSON.parse(localStorage.getItem("pleinair"));
  } catch {
    return null;
  }
}
