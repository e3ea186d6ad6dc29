// The tab "Learn": a painting that is dropped here becomes a style, better every few seconds.

import { polling, showCards } from "./card.js";
import { element } from "./element.js";
import { dropTarget } from "./files.js";
import { LessonCard } from "./lesson-card.js";
import { upload } from "./upload.js";

const BUSY_MS = 1000;
const IDLE_MS = 4000;
const MANNERS = {
  quick: ["Quick", "about 5 minutes: only the new style's own numbers are learned"],
  thorough: ["Thorough", "about an hour: the whole network learns, the old styles are held"],
};

/** Fills `root`; called once, when the tab is first looked at. */
export function open(root, studio) {
  const cards = new Map();
  const trouble = element("p", { class: "trouble-line", role: "alert", hidden: true });
  const needs = needsBox(studio, () => refresh());
  const form = lessonForm(studio, () => refresh());
  const list = element("div", { class: "jobs" });
  root.append(element("div", { class: "page" }, needs.root, form.root, trouble, list));
  dropTarget(root, (files) => form.choose(files[0]));

  const { refresh, shown, hidden } = polling(async () => {
    const state = await studio.json("/api/learn");
    const busy = state.lessons.some((lesson) => lesson.state === "learning");
    needs.show(state);
    form.show(state, busy);
    show(state.lessons);
    return busy;
  }, trouble, { busyMs: BUSY_MS, idleMs: IDLE_MS, evenUnseen: true });

  function show(lessons) {
    showCards(cards, lessons, (lesson) => new LessonCard(studio, lesson, refresh));
    lessons.forEach(({ name }, at) => {
      const { root: card } = cards.get(name);
      if (list.children[at] !== card) list.insertBefore(card, list.children[at] ?? null);
    });
  }

  return { shown, hidden };
}

/** What is still missing before anything can be learned, and where to put it. */
function needsBox(studio, refresh) {
  const said = element("ul", { class: "needs" });
  const advice = element("p", { class: "soft" });
  const photographs = picker("Drop photographs …", "image/*", true, (files) => send(files, "photograph"));
  const weights = picker("Drop the weights …", ".pth,.safetensors", false, (files) => send(files, "weights"));
  const bar = element("progress", { max: 1, value: 0, hidden: true, "aria-label": "How much is taken in" });
  const missing = element("section", { class: "job", "aria-label": "What is needed" },
    element("h2", { class: "job-title" }, "To learn a style, this is needed first"), said, bar,
    element("div", { class: "job-buttons" }, ...photographs, ...weights));
  const root = element("div", {}, missing, advice);

  async function send(files, what) {
    bar.hidden = false;
    let count = 0;
    for (const file of files) {
      try {
        await upload(`/api/learn/material/${what}`, file, (part) => { bar.value = (count + part) / files.length; });
      } catch (error) {
        studio.say(`${file.name}: ${error.message}`, { trouble: true });
      }
      count += 1;
    }
    bar.hidden = true;
    refresh();
  }

  return {
    root,
    show(state) {
      missing.hidden = state.needs.length === 0;
      if (said.children.length !== state.needs.length || [...said.children].some((one, at) => one.textContent !== state.needs[at])) {
        said.replaceChildren(...state.needs.map((need) => element("li", {}, need)));
      }
      advice.textContent = state.advice;
      advice.hidden = !state.advice;
    },
  };
}

function picker(text, accept, multiple, take) {
  const id = `pick-${accept.replace(/\W+/g, "")}-${multiple}`;
  const input = element("input", { type: "file", accept, multiple, id, class: "unseen" });
  input.addEventListener("change", () => { take([...input.files]); input.value = ""; });
  return [input, element("label", { for: id, class: "as-button" }, text)];
}

/** Which painting, what the style is called, how well it is learned. */
function lessonForm(studio, refresh) {
  let painting = null;
  let address = "";
  const shown = element("img", { alt: "The painting to learn from", hidden: true });
  const hint = element("p", { class: "soft" }, "Drop a painting here, or choose one.");
  const input = element("input", { type: "file", accept: "image/*", id: "learn-input", class: "unseen" });
  input.addEventListener("change", () => { choose(input.files[0]); input.value = ""; });
  const name = element("input", { type: "text", id: "learn-name", spellcheck: "false", autocomplete: "off", maxlength: 40 });
  const manners = Object.entries(MANNERS).map(([value, [title, words]]) => {
    const radio = element("input", { type: "radio", name: "manner", value, checked: value === "quick" });
    return element("label", { class: "choice" }, radio, element("span", {}, element("strong", {}, title), element("span", { class: "soft" }, ` ${words}`)));
  });
  const begin = element("button", { class: "main", type: "submit", disabled: true }, "Learn");
  const bar = element("progress", { max: 1, value: 0, hidden: true, "aria-label": "How much of the painting is taken in" });
  const form = element("form", { class: "job lesson-form", "aria-label": "Learn a style" },
    element("div", { class: "pane" }, element("div", { class: "frame" }, shown, hint)),
    element("div", { class: "lesson-fields" },
      element("div", {}, input, element("label", { for: "learn-input", class: "as-button" }, "Choose a painting …")),
      element("label", { class: "field" }, "Name ", name), element("fieldset", { class: "manners" }, element("legend", { class: "soft" }, "How"), ...manners),
      element("div", { class: "job-buttons" }, begin), bar));
  let blocked = true;

  function choose(file) {
    if (!file) return;
    if (!file.type.startsWith("image/")) return studio.say(`${file.name} is no picture: a style is learned from a painting.`, { trouble: true });
    painting = file;
    URL.revokeObjectURL(address);
    address = URL.createObjectURL(file);
    shown.src = address;
    shown.hidden = false;
    hint.hidden = true;
    name.value = styleName(file.name.replace(/\.[^.]*$/, ""));
    begin.disabled = blocked;
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const manner = form.elements.manner.value;
    const query = new URLSearchParams({ name: painting.name, style: styleName(name.value), manner });
    begin.disabled = true;
    bar.hidden = false;
    try {
      await upload(`/api/learn?${query}`, painting, (part) => { bar.value = part; });
      painting = null;
      shown.hidden = true;
      hint.hidden = false;
      name.value = "";
    } catch (error) {
      studio.say(error.message, { trouble: true });
    }
    bar.hidden = true;
    await refresh();
    begin.disabled = blocked || !painting;
  });

  return {
    root: form,
    choose,
    show(state, busy) {
      blocked = busy || state.needs.length > 0;
      begin.disabled = blocked || !painting;
      begin.title = busy ? "One style at a time: stop the other first" : state.needs.join(" ");
    },
  };
}

/** The same rule as the program's: lower-case letters, digits, dashes. */
export function styleName(text) {
  return text.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "") || "painting";
}
