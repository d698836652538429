// Small helpers for elements. Text is always set by textContent, so that text from stations is never parsed as HTML.

export const at = (id) => document.getElementById(id);

// Returns a new element. `more` has properties and `on…` handlers; `aria-…`, `data-…`, `role` and the like become
// attributes.
export function make(tag, className = "", content = [], more = {}) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (typeof content === "string") element.textContent = content;
  else element.append(...content.filter((each) => each !== undefined && each !== null && each !== false));
  for (const [name, value] of Object.entries(more)) {
    if (/^(aria-|data-|role$|for$|list$)/.test(name)) element.setAttribute(name, value);
    else element[name] = value;
  }
  return element;
}

export const button = (text, onclick, className = "", more = {}) =>
  make("button", className, text, {type: "button", onclick, ...more});

// Sets the text of an element only if it differs, because the browser would compute the layout again.
export function say(element, text) {
  if (element.said === text) return;
  element.said = text;
  element.textContent = text;
}

export function dress(element, className) {
  if (element.className !== className) element.className = className;
}

// Returns the text for an empty list: a title, and hints what to do.
export function empty(title, ...hints) {
  return make("div", "empty", [make("strong", "", title), ...hints.map((hint) => typeof hint === "string" ? make("p", "", hint) : hint)]);
}

// Returns a line of code with a button that copies it.
export function command(text) {
  return make("div", "command", [make("code", "", text), button("Copy", (event) => copy(text, event.target), "small")]);
}

export async function copy(text, from) {
  try {
    await navigator.clipboard.writeText(text);
  } catch { // no permission, or the page is not secure
    const area = make("textarea", "offscreen", "", {value: text});
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  if (!from) return;
  const before = from.textContent;
  from.textContent = "Copied";
  setTimeout(() => { from.textContent = before; }, 1200);
}

let leaving;

// Shows a line at the bottom of the page for some seconds.
export function toast(text, kind = "") {
  const element = at("toast");
  element.className = kind;
  element.textContent = text;
  element.hidden = false;
  clearTimeout(leaving);
  leaving = setTimeout(() => { element.hidden = true; }, kind === "error" ? 8000 : 3000);
}

// Returns a function that calls `work` once, `wait` milliseconds after its last call.
export function calmly(work, wait) {
  let timer;
  return (...given) => {
    clearTimeout(timer);
    timer = setTimeout(() => work(...given), wait);
  };
}

export const number = (n) => n.toLocaleString("en");

// Returns the regular expression for a pattern with * and ?, as in the API.
export function globbed(glob) {
  const parts = [...glob].map((each) => each === "*" ? ".*" : each === "?" ? "." : each.replace(/[\\^$.|+()[\]{}/]/, "\\$&"));
  return new RegExp(`^${parts.join("").replace(/(\.\*)+/g, ".*")}$`, "si");
}

export const isGlob = (text) => /[*?]/.test(text);
