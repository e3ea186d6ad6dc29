// The browser's camera: its newest frame, whenever the engine can take one.

import { I420, JPEG, NV12, packed, RGBX } from "./link.js";

const JPEG_QUALITY = 0.88;
const PATIENCE_MS = 2000;
const KEPT = 8;
const SPARE = 3;

const WHY = {
  NotAllowedError:
    "The browser does not let this page use the camera. Allow it with the camera symbol in the address bar, then try again.",
  NotFoundError: "This browser finds no camera. Plug one in, then try again.",
  NotReadableError: "The camera does not open: another program uses it. Close that, then try again.",
  OverconstrainedError: "The camera that was chosen is not there any more. Choose another one.",
};
const INSECURE =
  "Browsers give a camera to pages of this machine or of https only. Start the studio with “--camera 0” to paint the camera of the machine it runs on.";

/** Why a camera or a microphone did not open, as a sentence. */
export function whyNot(error) {
  return WHY[error.name] ?? `The camera does not open: ${error.message}`;
}

/** Opens the camera; throws Error(sentence). */
export async function openCamera({ width, height, device }) {
  if (!navigator.mediaDevices?.getUserMedia) throw new Error(INSECURE);
  const video = { width: { ideal: width }, height: { ideal: height }, frameRate: { ideal: 30 } };
  if (device) video.deviceId = { exact: device };
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video });
  } catch (error) {
    throw Object.assign(new Error(whyNot(error)), { name: error.name });
  }
  const camera = new Camera(stream);
  await camera.element.play();
  return camera;
}

export async function listCameras() {
  const all = (await navigator.mediaDevices?.enumerateDevices?.()) ?? [];
  return all.filter((device) => device.kind === "videoinput" && device.deviceId);
}

class Camera {
  constructor(stream) {
    this.stream = stream;
    this.track = stream.getVideoTracks()[0];
    this.element = Object.assign(document.createElement("video"), { muted: true, playsInline: true });
    this.element.srcObject = stream;
    /** Frames that were sent and not painted yet, by index: what was sent, and when it was taken. */
    this.sent = new Map();
    /** Messages that nobody needs any more: a frame is half a megabyte, thirty times a second. */
    this.spare = [];
    this.seen = this.index = 0;
    this.lastFrameAt = performance.now();
    this.stopped = false;
    this.free = true;
  }

  get settings() {
    const { width, height, frameRate, deviceId } = this.track.getSettings();
    return { width, height, rate: frameRate || 30, device: deviceId };
  }

  /** Begins to send frames with `send(message)`: coded as they are if `raw`, else as JPEG. */
  begin(send, raw) {
    this.send = send;
    this.coding = raw && "VideoFrame" in window ? null : JPEG;
    const each = (now, { captureTime }) => {
      if (this.stopped) return;
      this.element.requestVideoFrameCallback(each);
      this.lastFrameAt = performance.now();
      this.captured = captureTime ?? now;
      this.seen += 1;
      if (this.free || performance.now() - this.sentAt > PATIENCE_MS) this.sendNewest();
    };
    this.element.requestVideoFrameCallback(each);
  }

  /** The engine can take another frame. */
  next() {
    this.free = true;
    if (this.seen > this.index) this.sendNewest();
  }

  async sendNewest() {
    if (this.busy || this.stopped) return;
    this.busy = true;
    this.free = false;
    this.sentAt = performance.now();
    const index = (this.index = this.seen);
    const taken = this.captured;
    try {
      const picture = await this.coded(index);
      this.sent.set(index, { ...picture, taken });
      for (const old of this.sent.keys()) if (this.sent.size > KEPT) this.sent.delete(old);
      this.send(picture.message);
    } finally {
      this.busy = false;
    }
  }

  async coded(index) {
    if (this.coding !== JPEG) {
      const frame = new VideoFrame(this.element, { timestamp: 0 });
      try {
        return await this.uncoded(frame, index);
      } catch {
        this.coding = JPEG; // this browser cannot say what its pixels are
      } finally {
        frame.close();
      }
    }
    const { videoWidth: width, videoHeight: height } = this.element;
    if (this.canvas?.width !== width || this.canvas?.height !== height) {
      this.canvas = new OffscreenCanvas(width, height);
      this.context = this.canvas.getContext("2d", { alpha: false });
    }
    this.context.drawImage(this.element, 0, 0);
    const blob = await this.canvas.convertToBlob({ type: "image/jpeg", quality: JPEG_QUALITY });
    const room = packed({ coding: JPEG, width, height, index, bytes: blob.size });
    room.pixels.set(new Uint8Array(await blob.arrayBuffer()));
    return { coding: JPEG, width, height, data: room.pixels, message: room.message };
  }

  async uncoded(frame, index) {
    const { width, height } = frame.visibleRect;
    const coding = codingOf(frame, width, height);
    const options = coding === RGBX ? { format: "RGBX", colorSpace: "srgb" } : {};
    const bytes = frame.allocationSize(options);
    if (bytes !== width * height * (coding === RGBX ? 4 : 1.5)) throw new Error("padded");
    const room = packed({ coding, width, height, index, bytes }, this.spare);
    await frame.copyTo(room.pixels, options);
    return { coding, width, height, data: room.pixels, message: room.message };
  }

  /** What was sent as frame `index`; what is older is forgotten. */
  taken(index) {
    const found = this.sent.get(index);
    for (const [old, { message }] of this.sent) {
      if (old >= index) continue;
      this.sent.delete(old);
      // What comes after `found` is drawn over it, so these are not looked at again.
      if (this.spare.length < SPARE) this.spare.push(message);
    }
    return found;
  }

  stop() {
    this.stopped = true;
    for (const track of this.stream.getTracks()) track.stop();
    this.element.srcObject = null;
  }
}

/** As it is where the server knows the colours, else as RGB, which the browser makes of it. */
function codingOf(frame, width, height) {
  const { matrix, fullRange } = frame.colorSpace ?? {};
  const known = !fullRange && matrix !== "bt709" && matrix !== "bt2020-ncl" && matrix !== "rgb";
  const even = width % 2 === 0 && height % 2 === 0;
  if (known && even && frame.format === "I420") return I420;
  if (known && even && frame.format === "NV12") return NV12;
  return RGBX;
}
