// The WebSocket of the live picture: words as JSON, pictures in binary; comes back by itself.

import { socket, STOPPED } from "./server.js";

const HEAD_BYTES = 24;
const RETRY_MS = 1000;
const REFUSED = 4403;
export const JPEG = 0, I420 = 1, NV12 = 2, RGBX = 3;
export const PAINTING = 0, ORIGINAL = 1, WALL = 2;

/** A connection that calls `on[type](message)`, `on.picture(picture)`, `on.lost(sentence)`. */
export class Link {
  constructor(on) {
    this.on = on;
    this.connect();
  }

  get open() {
    return this.socket.readyState === WebSocket.OPEN;
  }

  connect() {
    this.socket = socket("/api/live");
    this.socket.binaryType = "arraybuffer";
    this.socket.onmessage = ({ data }) => {
      if (typeof data === "string") {
        const message = JSON.parse(data);
        this.on[message.type]?.(message);
      } else this.on.picture(unpacked(data));
    };
    this.socket.onclose = ({ code, reason }) => {
      if (code === REFUSED) {
        this.on.lost(`The studio refuses this page: ${reason}. Reload it.`);
        return;
      }
      this.on.lost(STOPPED);
      setTimeout(() => this.connect(), RETRY_MS);
    };
  }

  /** Sends words; false when nobody is there to hear them. */
  say(type, values = {}) {
    if (!this.open) return false;
    this.socket.send(JSON.stringify({ type, ...values }));
    return true;
  }

  /** Sends a frame of the camera. */
  send(message) {
    if (this.open) this.socket.send(message);
  }
}

/** Room for a message with its head written: pixels go behind it. Takes one of `spare` if it fits. */
export function packed({ coding, width, height, index, bytes }, spare = []) {
  const fitting = spare.findIndex((one) => one.byteLength === HEAD_BYTES + bytes);
  const message = fitting < 0 ? new ArrayBuffer(HEAD_BYTES + bytes) : spare.splice(fitting, 1)[0];
  const head = new DataView(message);
  head.setUint8(0, coding);
  head.setUint8(1, ORIGINAL);
  head.setUint16(2, width, true);
  head.setUint16(4, height, true);
  head.setUint32(8, index, true);
  return { message, pixels: new Uint8Array(message, HEAD_BYTES) };
}

/** The picture of a message: `{coding, part, width, height, version, index, data}`. */
export function unpacked(message) {
  const head = new DataView(message);
  return {
    coding: head.getUint8(0),
    part: head.getUint8(1),
    width: head.getUint16(2, true),
    height: head.getUint16(4, true),
    version: head.getUint16(6, true),
    index: head.getUint32(8, true),
    data: new Uint8Array(message, HEAD_BYTES),
  };
}

const FORMATS = { [I420]: "I420", [NV12]: "NV12", [RGBX]: "RGBX" };
const COLOURS = { matrix: "smpte170m", primaries: "bt709", transfer: "iec61966-2-1", fullRange: false };

/** Something to draw, which has to be closed: of a picture as it came or was sent. */
export async function drawable({ coding, width, height, data }) {
  if (coding === JPEG) return createImageBitmap(new Blob([data], { type: "image/jpeg" }));
  const colours = coding === RGBX ? undefined : { colorSpace: COLOURS };
  return new VideoFrame(data, {
    format: FORMATS[coding], codedWidth: width, codedHeight: height, timestamp: 0, ...colours,
  });
}
