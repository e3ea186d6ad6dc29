// The tab "Files".

/** Fills `root`; called once, when the tab is first looked at. */
export function open(root, studio) {
  return { shown() {}, hidden() {} };
}
