// Talking to the studio's server: every request carries the token, every error is a sentence.

export const token = document.querySelector("meta[name=pleinair-token]").content;
export const STOPPED =
  "The studio's program does not answer. Start it again with “pleinair studio”: this page goes on by itself.";

/** The address of something behind `/api/` with the token, for `src`, `href` and WebSockets. */
export function withToken(path) {
  return `${path}${path.includes("?") ? "&" : "?"}token=${encodeURIComponent(token)}`;
}

/** A WebSocket of the studio. */
export function socket(path) {
  return new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}${withToken(path)}`);
}

/** A Response; throws Error with a sentence for the user. */
export async function askRaw(path, options = {}) {
  const headers = { ...options.headers, "x-pleinair-token": token };
  let response;
  try {
    response = await fetch(path, { ...options, headers });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Error(STOPPED);
  }
  if (response.ok) return response;
  const said = await response.json().catch(() => ({}));
  throw Object.assign(new Error(said.error ?? `The studio answered ${response.status}.`), { status: response.status });
}

/** What an address of `/api/` answers; an object given as `json` is sent as such. */
export async function askJson(path, { json, ...options } = {}) {
  if (json !== undefined) {
    options.method ??= "POST";
    options.body = JSON.stringify(json);
    options.headers = { ...options.headers, "content-type": "application/json" };
  }
  return (await askRaw(path, options)).json();
}
