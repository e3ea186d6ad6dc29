// The tab "Files": photographs and clips that are dropped here are painted, one after the other.

import { polling, showCards } from "./card.js";
import { element } from "./element.js";
import { FileCard } from "./file-card.js";
import { upload } from "./upload.js";

const BUSY_MS = 400;
const IDLE_MS = 3000;
const KEPT = "pleinair-files-look";

/** Fills `root`; called once, when the tab is first looked at. */
export function open(root, studio) {
  const cards = new Map();
  const trouble = element("p", { class: "trouble-line", role: "alert", hidden: true });
  const list = element("div", { class: "jobs" });
  const empty = element("p", { class: "empty" },
    "Drop photographs or clips here. They are painted on this machine, and nothing leaves it.");
  const input = element("input", { type: "file", multiple: true, accept: "image/*,video/*,.mkv,.gif", id: "files-input", class: "unseen" });
  const choose = element("label", { for: "files-input", class: "as-button main" }, "Choose files …");
  const look = lookControls(studio);
  root.append(element("div", { class: "page" },
    element("div", { class: "file-tools" }, input, choose, ...look.elements), trouble, list, empty));

  input.addEventListener("change", () => { take(input.files); input.value = ""; });
  dropTarget(root, take);

  function take(files) {
    for (const file of files) {
      const row = element("p", { class: "job uploading" }, `${file.name}: `);
      const share = element("progress", { max: 1, value: 0, "aria-label": `${file.name} is being taken in` });
      row.append(share);
      list.prepend(row);
      const query = new URLSearchParams({ name: file.name, look: JSON.stringify(look.value()) });
      upload(`/api/files?${query}`, file, (part) => { share.value = part; })
        .catch((error) => studio.say(`${file.name}: ${error.message}`, { trouble: true }))
        .finally(() => { row.remove(); refresh(); });
    }
  }

  const { refresh, shown, hidden } = polling(async () => {
    const { jobs } = await studio.json("/api/files");
    show(jobs);
    return jobs.some((job) => job.state === "painting" || job.state === "waiting");
  }, trouble, { busyMs: BUSY_MS, idleMs: IDLE_MS });

  function show(jobs) {
    showCards(cards, jobs, (job) => new FileCard(studio, job, { refresh, look: look.value }));
    const order = jobs.map((job) => cards.get(job.name).root);
    const there = [...list.children].filter((child) => !child.classList.contains("uploading"));
    if (order.some((child, at) => child !== there[at])) list.append(...order); // moving restarts films
    empty.hidden = list.children.length > 0;
  }

  return { shown, hidden };
}

/** Takes files that are dropped anywhere on `root`. */
export function dropTarget(root, take) {
  const mark = (on) => root.classList.toggle("dropping", on);
  root.addEventListener("dragover", (event) => { event.preventDefault(); mark(true); });
  root.addEventListener("dragleave", (event) => { if (!root.contains(event.relatedTarget)) mark(false); });
  root.addEventListener("drop", (event) => { event.preventDefault(); mark(false); take([...event.dataTransfer.files]); });
}

/** The style and the strength for what comes next, as they were left. */
function lookControls(studio) {
  const style = element("select", { id: "files-style" });
  const strength = element("input", { id: "files-strength", type: "range", min: 0.1, max: 1, step: 0.1, value: 1 });
  const colours = element("input", { id: "files-colours", type: "checkbox" });
  const kept = recall();
  if (kept.strength) strength.value = kept.strength;
  colours.checked = Boolean(kept.keep_colours);
  let wanted = kept.style ? `${kept.bundle}/${kept.style}` : "";
  studio.onStyles((bundles) => {
    wanted = style.value || wanted;
    style.replaceChildren(...bundles.map((one) => element("optgroup", { label: one.bundle },
      ...one.styles.map(({ name }) => element("option", { value: `${one.bundle}/${name}` }, name)))));
    if ([...style.options].some((option) => option.value === wanted)) style.value = wanted;
  });
  const value = () => {
    const [bundle, name] = style.value.split("/");
    const look = name ? { bundle, style: name } : {};
    return { ...look, strength: Number(strength.value), keep_colours: colours.checked };
  };
  for (const one of [style, strength, colours]) one.addEventListener("change", () => keep(value()));
  return {
    value,
    elements: [
      element("label", { class: "field" }, "Style ", style),
      element("label", { class: "field" }, "Strength ", strength),
      element("label", { class: "field" }, colours, " Keep its colours"),
    ],
  };
}

function recall() {
  try { return JSON.parse(localStorage.getItem(KEPT)) ?? {}; } catch { return {}; }
}

function keep(look) {
  try { localStorage.setItem(KEPT, JSON.stringify(look)); } catch { /* a browser that keeps nothing */ }
}
