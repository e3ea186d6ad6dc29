// Recording what is painted, with the microphone; and snapshots. Files go to the downloads.

import { whyNot } from "./camera.js";

const TYPES = ["video/mp4;codecs=avc1.42E01F,mp4a.40.2", "video/webm;codecs=vp9,opus", "video/webm;codecs=vp8,opus", "video/webm"];
const CHUNK_MS = 1000;
const BITS_PER_SECOND = 8_000_000;

export class Recorder {
  /** `changed(seconds | null)` is called while it records, and with null when it ends. */
  constructor(canvas, studio, changed) {
    Object.assign(this, { canvas, studio, changed });
    addEventListener("beforeunload", (event) => this.running && event.preventDefault());
  }

  get running() {
    return this.recorder?.state === "recording";
  }

  async start(withSound) {
    const stream = this.canvas.captureStream(30);
    if (withSound) await this.addSound(stream);
    const type = TYPES.find((one) => MediaRecorder.isTypeSupported(one));
    this.chunks = [];
    this.stream = stream;
    this.recorder = new MediaRecorder(stream, { mimeType: type, videoBitsPerSecond: BITS_PER_SECOND });
    this.recorder.ondataavailable = ({ data }) => data.size && this.chunks.push(data);
    this.recorder.onstop = () => this.finish();
    this.recorder.start(CHUNK_MS);
    this.began = performance.now();
    this.timer = setInterval(() => this.changed((performance.now() - this.began) / 1000), 250);
    this.changed(0);
  }

  async addSound(stream) {
    try {
      const audio = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
      const microphone = await navigator.mediaDevices.getUserMedia({ audio });
      stream.addTrack(microphone.getAudioTracks()[0]);
    } catch (error) {
      const why = error.name === "NotAllowedError" ? "the browser does not let this page hear the microphone" : whyNot(error).toLowerCase();
      this.studio.say(`Recording without sound: ${why.replace(/camera/g, "microphone").replace(/\.$/, "")}.`);
    }
  }

  stop() {
    if (this.running) this.recorder.stop();
  }

  async finish() {
    clearInterval(this.timer);
    for (const track of this.stream.getTracks()) track.stop();
    const raw = new Blob(this.chunks, { type: this.recorder.mimeType });
    this.chunks = [];
    this.changed(null);
    const kind = raw.type.startsWith("video/mp4") ? "mp4" : "webm";
    // Browsers write clips without a length, in which nobody can seek: the server completes them.
    let whole = raw;
    try {
      whole = await (await this.studio.raw(`/api/recording?kind=${kind}`, { method: "POST", body: raw })).blob();
    } catch (error) {
      this.studio.say(`The recording is kept as the browser made it: ${error.message}`);
    }
    this.last = whole;
    const name = `pleinair-${stamp()}.${kind}`;
    save(whole, name);
    this.studio.say(`Recorded ${name}: it is in your downloads.`);
  }
}

/** Hands a file to the browser's downloads. */
export function save(blob, name) {
  const address = URL.createObjectURL(blob);
  const link = Object.assign(document.createElement("a"), { href: address, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

/** This moment, for a file name. */
export function stamp() {
  const two = (number) => String(number).padStart(2, "0");
  const now = new Date();
  const day = `${now.getFullYear()}${two(now.getMonth() + 1)}${two(now.getDate())}`;
  return `${day}-${two(now.getHours())}${two(now.getMinutes())}${two(now.getSeconds())}-${String(now.getMilliseconds()).padStart(3, "0")}`;
}
