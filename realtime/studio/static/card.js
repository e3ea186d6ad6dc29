// What the cards of files and of lessons share, and how a tab keeps its cards up to date.

import { element } from "./element.js";

const SURE_MS = 4000;

export class Card {
  /** `route` is the address of this one, `refresh` reads all of them again. */
  constructor(studio, route, refresh) {
    this.studio = studio;
    this.route = route;
    this.refresh = refresh;
  }

  /** Asks the program for something; what it refuses is said. */
  async tell(what, options = { method: "POST" }) {
    try {
      await this.studio.json(`${this.route}/${what}`, options);
    } catch (error) {
      this.studio.say(error.message, { trouble: true });
    }
    this.refresh();
  }

  /** Asks once more before anything is deleted. */
  async remove(one, question) {
    if (!one.dataset.sure) {
      const usual = one.textContent;
      one.dataset.sure = "yes";
      one.textContent = question;
      setTimeout(() => { delete one.dataset.sure; one.textContent = usual; }, SURE_MS);
      return;
    }
    await this.studio.json(this.route, { method: "DELETE" })
      .catch((error) => this.studio.say(error.message, { trouble: true }));
    this.removed();
    this.refresh();
  }

  /** Called when it was deleted. */
  removed() {}

  showButtons(shown) {
    for (const [name, one] of Object.entries(this.buttons)) one.hidden = !shown[name];
  }
}

/** Shows one card per thing, made by `make` when it is new; those of things that are gone go. */
export function showCards(cards, things, make) {
  const names = new Set(things.map((thing) => thing.name));
  for (const [name, card] of cards) if (!names.has(name)) { card.root.remove(); cards.delete(name); }
  for (const thing of things) {
    if (!cards.has(thing.name)) cards.set(thing.name, make(thing));
    cards.get(thing.name).show(thing);
  }
}

/**
 * Reads again and again while a tab is looked at, and with `evenUnseen` for as long as it is busy.
 * `read` tells whether it is; what goes wrong is written into the element `trouble`.
 */
export function polling(read, trouble, { busyMs, idleMs, evenUnseen = false }) {
  let timer = 0;
  let seen = false;

  async function refresh() {
    clearTimeout(timer);
    let busy = false;
    try {
      busy = await read();
      trouble.hidden = true;
    } catch (error) {
      trouble.textContent = error.message;
      trouble.hidden = false;
    }
    clearTimeout(timer);
    if (seen || (evenUnseen && busy)) timer = setTimeout(refresh, busy ? busyMs : idleMs);
  }

  return {
    refresh,
    shown() { seen = true; refresh(); },
    hidden() { seen = false; if (!evenUnseen) clearTimeout(timer); },
  };
}

export function button(text, onclick, { title, main = false } = {}) {
  return element("button", { type: "button", class: main ? "main" : null, onclick, title }, text);
}

export function duration(seconds) {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes}:${String(whole % 60).padStart(2, "0")} min`;
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")} h`;
}
