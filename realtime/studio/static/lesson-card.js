// One style that is being learned, or was: the painting, what it paints by now, what can be done.

import { Card, button, duration } from "./card.js";
import { element } from "./element.js";
import { styleName } from "./learn.js";

const STATES = { learning: "Learning", stopped: "Stopped", done: "Learned", failed: "Not learned" };

export class LessonCard extends Card {
  constructor(studio, lesson, refresh) {
    super(studio, `/api/learn/${lesson.name}`, refresh);
    this.version = 0;
    this.preview = 0;
    this.painting = element("img", { src: studio.address(`${this.route}/painting`), alt: `The painting ${lesson.title}` });
    this.sheet = element("img", { alt: "Photographs, and what the style makes of them by now", hidden: true });
    this.waiting = element("p", { class: "soft" }, "The first painting comes in a moment.");
    this.title = element("h2", { class: "job-title" });
    this.facts = element("p", { class: "soft facts" });
    this.bar = element("progress", { max: 1, "aria-label": `How much of ${lesson.style} is learned` });
    this.status = element("p", { class: "status" });
    this.newName = element("input", { type: "text", spellcheck: "false", autocomplete: "off", maxlength: 40, "aria-label": "New name of the style" });
    this.rename = element("form", { class: "field", hidden: true }, this.newName, element("button", { type: "submit" }, "Call it so"));
    this.rename.addEventListener("submit", (event) => { event.preventDefault(); this.call(); });
    this.command = element("code", {});
    this.buttons = {
      live: button("Paint with it", () => this.paintWith(), { main: true }),
      stop: button("Stop: I like it", () => this.tell("stop")),
      resume: button("Go on", () => this.tell("resume")),
      name: button("Rename", () => this.askName()),
      save: element("a", { class: "as-button", download: "", href: studio.address(`${this.route}/bundle`) }, "Save the bundle"),
      remove: button("Remove", () => this.remove(this.buttons.remove, "Delete the style?")),
    };
    this.root = element("article", { class: "job lesson", "aria-label": lesson.style, "data-name": lesson.name },
      element("div", { class: "pair lesson-pair" },
        element("figure", { class: "pane" }, element("div", { class: "frame" }, this.painting), element("figcaption", { class: "soft" }, "The painting")),
        element("figure", { class: "pane" }, element("div", { class: "frame" }, this.sheet, this.waiting), element("figcaption", { class: "soft" }, "Photographs, and what it makes of them"))),
      this.title, this.facts, this.bar, this.status,
      element("div", { class: "job-buttons" }, ...Object.values(this.buttons)), this.rename,
      element("details", { class: "soft" }, element("summary", {}, "The same by command"), this.command));
  }

  show(lesson) {
    if (this.state === "learning" && lesson.state === "done") this.studio.say(`${lesson.style} is learned.`);
    this.state = lesson.state;
    this.style = lesson.style;
    this.root.dataset.state = lesson.state;
    this.title.textContent = lesson.style;
    this.facts.textContent = `from ${lesson.title}  ·  ${lesson.manner}  ·  learned for ${duration(lesson.seconds)}`;
    this.bar.hidden = lesson.state !== "learning";
    if (lesson.step && lesson.steps) this.bar.value = lesson.step / lesson.steps; else this.bar.removeAttribute("value");
    this.status.textContent = status(lesson);
    this.status.classList.toggle("trouble-line", lesson.state === "failed");
    this.command.textContent = lesson.command;
    const still = lesson.state !== "learning";
    this.showButtons({
      live: lesson.version > 0, stop: !still, resume: lesson.state === "stopped" || lesson.state === "failed",
      name: still && lesson.version > 0, save: still && lesson.version > 0, remove: still,
    });
    if (lesson.preview && lesson.preview !== this.preview) this.look(lesson.preview);
    if (lesson.version !== this.version) {
      this.version = lesson.version;
      this.studio.readStyles().catch(() => {});
    }
  }

  /** Shows the newest sheet, when it is there: no flicker. */
  look(version) {
    this.preview = version;
    const coming = new Image();
    coming.addEventListener("load", () => {
      this.sheet.src = coming.src;
      this.sheet.hidden = false;
      this.waiting.hidden = true;
    });
    coming.src = this.studio.address(`${this.route}/preview?v=${version}`);
  }

  /** Shows the camera in this style, as soon as it is there. */
  paintWith(triesLeft = 100) {
    if (triesLeft === 100) this.studio.show("live");
    if (this.studio.live?.state) this.studio.live.set({ styles: { [this.style]: 1 } });
    else if (triesLeft) setTimeout(() => this.paintWith(triesLeft - 1), 200);
  }

  askName() {
    this.rename.hidden = !this.rename.hidden;
    this.newName.value = this.style;
    if (!this.rename.hidden) this.newName.select();
  }

  async call() {
    await this.tell(`rename?${new URLSearchParams({ style: styleName(this.newName.value) })}`);
    this.rename.hidden = true;
  }

  removed() {
    this.studio.readStyles().catch(() => {});
  }
}

function status(lesson) {
  if (lesson.state === "failed") return lesson.error;
  if (lesson.state === "learning" && !lesson.step) return `Getting ready${lesson.stage ? `: ${lesson.stage}` : ""}`;
  const words = [STATES[lesson.state]];
  if (lesson.step) words.push(lesson.steps ? `${lesson.step} of ${lesson.steps} steps` : `${lesson.step} steps`);
  if (lesson.seconds_left != null) words.push(`${duration(lesson.seconds_left)} left`);
  return words.join("  ·  ");
}
