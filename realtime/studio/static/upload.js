// Sends a file to the studio, and tells how far it is.

import { STOPPED, token } from "./server.js";

/** Resolves to what the studio answers; throws Error(sentence). `fetch` tells no progress. */
export function upload(path, file, listen) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", path);
    request.setRequestHeader("x-pleinair-token", token);
    request.responseType = "json";
    request.upload.addEventListener("progress", (event) => listen(event.loaded / Math.max(1, event.total)));
    request.addEventListener("load", () => {
      if (request.status < 300) resolve(request.response);
      else reject(new Error(request.response?.error ?? `The studio answered ${request.status}.`));
    });
    // A studio that refuses a large file answers, and reads no further: some browsers call that an error.
    request.addEventListener("error", () => reject(new Error(
      file.size > 2 ** 20 ? `The studio did not take the file: it is too large, or the program was ended. ${STOPPED}` : STOPPED)));
    request.send(file);
  });
}
