// The symbols of the buttons, drawn as lines.

const PATHS = {
  colours: "M12 3c4 4.6 6 7.6 6 10.4A6 6 0 0 1 6 13.400C6 10.600 8 7.600 12 3Z",
  mirror: "M12 4v16M9 7 4 17h5zM15 7l5 10h-5z",
  freeze: "M8 5v14M16 5v14",
  rate: "M4 17a8 8 0 1 1 16 0M12 17l4-6",
  split: "M12 4v16M4 6h16v12H4z",
  snapshot: "M4 8h4l1.500-2h5L16 8h4v11H4zM12 16.500a3.200 3.200 0 1 0 0-6.400 3.200 3.200 0 0 0 0 6.400Z",
  record: "M12 17a5 5 0 1 0 0-10 5 5 0 0 0 0 10Z",
  full: "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5",
  keys: "M3 7h18v10H3zM7 10.500h.01M11 10.500h.01M15 10.500h.01M8 14h8",
  camera: "M4 7h11v10H4zM15 11l5-3v8l-5-3",
  copy: "M9 9h11v11H9zM5 15H4V4h11v1",
  sound: "M12 4a2.500 2.500 0 0 1 2.500 2.500v5a2.500 2.500 0 0 1-5 0v-5A2.500 2.500 0 0 1 12 4ZM6.500 11.500a5.500 5.500 0 0 0 11 0M12 17v3",
  mix: "M4 4h16v16H4zM9.500 13a1.500 1.500 0 1 0 0-3 1.500 1.500 0 0 0 0 3Z",
};
const SVG = "http://www.w3.org/2000/svg";

export function icon(name) {
  const drawing = document.createElementNS(SVG, "svg");
  drawing.setAttribute("viewBox", "0 0 24 24");
  drawing.setAttribute("aria-hidden", "true");
  drawing.classList.add("icon");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name]);
  drawing.append(path);
  return drawing;
}
