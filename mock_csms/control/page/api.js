// Requests to the API. A problem (RFC 9457) becomes an error whose message is its one line.

export const V1 = "api/v1";

export class Problem extends Error {
  constructor(status, title, detail) {
    super(detail || title);
    this.status = status;
    this.title = title;
  }
}

// Returns the JSON of the answer; undefined for an answer without a body.
export async function ask(method, path, body) {
  const options = {method, headers: {Accept: "application/json"}};
  if (body !== undefined) {
    options.headers["Content-Type"] = "application/json";
    options.body = typeof body === "string" ? body : JSON.stringify(body);
  }
  let response;
  try {
    response = await fetch(`${V1}${path}`, options);
  } catch {
    throw new Problem(0, "no connection", "the mock does not answer: it has stopped, or the network is down");
  }
  const text = await response.text();
  if (response.status === 401) location.reload(); // the mock was started again, and asks for its token
  if (response.ok) return text ? JSON.parse(text) : undefined;
  let told = {};
  try { told = JSON.parse(text); } catch { /* no problem of the API: a proxy has answered */ }
  throw new Problem(response.status, told.title ?? response.statusText, told.detail ?? `HTTP ${response.status}`);
}

export const get = (path) => ask("GET", path);
export const post = (path, body = {}) => ask("POST", path, body);
export const put = (path, body) => ask("PUT", path, body);
export const remove = (path) => ask("DELETE", path);

export const part = encodeURIComponent;

// Returns a query string of what is not empty.
export function query(given) {
  const found = Object.entries(given).filter(([, value]) => value !== undefined && value !== "");
  return found.length ? `?${new URLSearchParams(found)}` : "";
}
