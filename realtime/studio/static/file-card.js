// One file: the original and its painting side by side, how far it is, what can be done.

import { Card, button, duration } from "./card.js";
import { element } from "./element.js";

const STATES = {
  waiting: "Waits for its turn", painting: "Painting", paused: "Paused", done: "Painted",
  failed: "Not painted", cancelled: "Cancelled",
};

export class FileCard extends Card {
  constructor(studio, job, { refresh, look }) {
    super(studio, `/api/files/${job.name}`, refresh);
    this.look = look;
    this.title = job.title;
    this.state = job.state;
    this.media = { original: null, result: null };
    this.before = figure("Original");
    this.after = figure("Painting");
    this.facts = element("p", { class: "soft facts" });
    this.bar = element("progress", { max: 1, value: 0, "aria-label": `How much of ${job.title} is painted` });
    this.status = element("p", { class: "status" });
    this.notes = element("ul", { class: "soft notes", hidden: true });
    this.command = element("code", {});
    const copy = element("button", { class: "quiet", type: "button", onclick: () => this.copy() }, "Copy");
    const again = (what) => () => this.tell(what);
    this.buttons = {
      save: element("a", { class: "as-button main", download: "" }, "Save"),
      pause: button("Pause", again("pause")),
      resume: button("Go on", again("resume")),
      again: button("Paint again", () => this.paint(), { title: "In the style and strength that are chosen above" }),
      cancel: button("Cancel", again("cancel")),
      remove: button("Remove", () => this.remove(this.buttons.remove, "Delete both files?")),
    };
    this.root = element("article", { class: "job", "aria-label": job.title, "data-name": job.name },
      element("div", { class: "pair" }, this.before, this.after),
      element("h2", { class: "job-title" }, job.title), this.facts, this.bar, this.status, this.notes,
      element("div", { class: "job-buttons" }, ...Object.values(this.buttons)),
      element("details", { class: "soft" }, element("summary", {}, "The same by command"), this.command, copy));
  }

  show(job) {
    const wasUnderWay = this.state === "painting" || this.state === "waiting";
    if (wasUnderWay && job.state === "done") this.studio.say(`${job.title} is painted.`);
    this.state = job.state;
    this.root.dataset.state = job.state;
    this.facts.textContent = facts(job);
    const shape = job.width ? Math.min(16 / 9, Math.max(3 / 4, job.width / job.height)) : 4 / 3;
    for (const side of [this.before, this.after]) side.firstChild.style.aspectRatio = shape;
    const underWay = job.state === "painting" || job.state === "paused";
    this.bar.hidden = !underWay || job.kind === "picture";
    if (job.frames) this.bar.value = job.done / job.frames; else this.bar.removeAttribute("value");
    this.status.textContent = status(job);
    this.status.classList.toggle("trouble-line", job.state === "failed");
    this.notes.hidden = job.notes.length === 0;
    if (this.notes.children.length !== job.notes.length) this.notes.replaceChildren(...job.notes.map((note) => element("li", {}, note)));
    this.command.textContent = job.command;
    this.showButtonsOf(job);
    this.showMedia("original", this.before, job, "original");
    this.showMedia("result", this.after, job, job.state === "done" ? `${job.result}?${job.asked}` : "");
  }

  showButtonsOf(job) {
    const shown = {
      save: job.state === "done", pause: job.state === "painting" && job.kind === "film",
      resume: ["paused", "failed", "cancelled"].includes(job.state), again: job.state === "done",
      cancel: ["painting", "waiting"].includes(job.state), remove: !["painting", "waiting"].includes(job.state),
    };
    this.showButtons(shown);
    if (shown.save) {
      this.buttons.save.href = this.studio.address(`/api/files/${job.name}/result?download`);
      this.buttons.save.download = job.saved_as;
    }
  }

  /** Shows a file once; `version` tells whether it is another one by now. */
  showMedia(what, box, job, version) {
    const key = version && `${job.kind} ${version}`;
    if (this.media[what] === key) return;
    this.media[what] = key;
    const frame = box.firstChild;
    if (!version) return frame.replaceChildren();
    const address = this.studio.address(`/api/files/${job.name}/${what}?v=${encodeURIComponent(version)}`);
    const isFilm = job.kind === "film";
    const shown = isFilm
      ? element("video", { src: address, controls: true, playsinline: true, preload: "metadata", "aria-label": `${box.title} of ${job.title}` })
      : element("img", { src: address, alt: `${box.title} of ${job.title}`, loading: "lazy" });
    if (what === "original") shown.muted = true;
    shown.addEventListener("error", () => frame.replaceChildren(
      element("p", { class: "soft" }, "This browser does not show files of this kind; they are painted all the same.")));
    frame.replaceChildren(shown);
    if (isFilm && what === "result") this.playTogether(shown);
  }

  /** The original runs with its painting. */
  playTogether(painting) {
    const original = () => this.before.querySelector("video");
    painting.addEventListener("play", () => original()?.play().catch(() => {}));
    painting.addEventListener("pause", () => original()?.pause());
    const follow = () => {
      const other = original();
      if (other && Math.abs(other.currentTime - painting.currentTime) > 0.15) other.currentTime = painting.currentTime;
    };
    for (const kind of ["seeked", "play", "timeupdate"]) painting.addEventListener(kind, follow);
  }

  paint() {
    return this.tell("paint", { json: this.look() });
  }

  async copy() {
    try {
      await navigator.clipboard.writeText(this.command.textContent);
      this.studio.say("Copied.");
    } catch {
      getSelection().selectAllChildren(this.command);
      this.studio.say("Marked: copy it with Ctrl+C.");
    }
  }
}

function figure(title) {
  const made = element("figure", { class: "pane" }, element("div", { class: "frame" }), element("figcaption", { class: "soft" }, title));
  made.title = title;
  return made;
}

function facts(job) {
  const parts = [];
  if (job.width) parts.push(`${job.width} × ${job.height}`);
  if (job.seconds) parts.push(duration(job.seconds));
  parts.push(job.look.style + (job.look.strength < 1 ? `, strength ${Math.round(100 * job.look.strength)} %` : ""));
  return parts.join("  ·  ");
}

function status(job) {
  if (job.state === "failed") return job.error;
  const words = [STATES[job.state]];
  if (job.kind === "film" && ["painting", "paused"].includes(job.state)) {
    words.push(job.frames ? `${job.done} of ${job.frames} frames` : `${job.done} frames`);
    if (job.state === "painting" && job.fps) words.push(`${job.fps.toFixed(1)} fps`);
    if (job.seconds_left != null) words.push(`${duration(job.seconds_left)} left`);
  }
  return words.join("  ·  ");
}
