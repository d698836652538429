// Sends requests to the API. An error answer (RFC 9457) is thrown as a `Problem`, whose message is its detail.

export const V1 = "api/v1";

export class Problem extends Error {
  constructor(status, title, detail) {
    super(detail || title);
    this.status = status;
    this.title = title;
  }
}

// Sends a request, and returns the JSON of the answer; undefined for an answer without a body.
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
  if (response.status === 401) location.reload(); // the mock was restarted, and asks for its new token
  if (response.ok) return text ? JSON.parse(text) : undefined;
  let problem = {};
  try { problem = JSON.parse(text); } catch { /* not an answer of the API, but of a proxy */ }
  throw new Problem(response.status, problem.title ?? response.statusText, problem.detail ?? `HTTP ${response.status}`);
}

export const get = (path) => ask("GET", path);
export const post = (path, body = {}) => ask("POST", path, body);
export const put = (path, body) => ask("PUT", path, body);
export const remove = (path) => ask("DELETE", path);

export const part = encodeURIComponent;

// Returns a query string with the values that are not empty.
export function query(given) {
  const found = Object.entries(given).filter(([, value]) => value !== undefined && value !== "");
  return found.length ? `?${new URLSearchParams(found)}` : "";
}
