// Shows JSON as coloured text. It is indented token by token, so that the tokens stay as they were sent.

import { make } from "./dom.js";
import { indented, parsed, partsOf, tokensOf } from "./telling.js";

const LONGEST = 100_000; // characters; of longer texts only the beginning is shown at first
const COLOURED = 20_000; // characters; longer texts are not coloured, because many elements are slow
const TOKENS = /("(?:[^"\\]|\\.)*")(\s*:)?|\b(true|false|null)\b|(-?\d[\d.eE+-]*)/g;

// Returns a block with a text, coloured if it is JSON.
export function block(text, isJson = true) {
  const element = make("pre", "json", "", {tabIndex: 0});
  if (text.length > LONGEST) {
    element.textContent = text.slice(0, LONGEST);
    const more = make("button", "plain", `… show all ${text.length.toLocaleString("en")} characters`, {type: "button"});
    more.onclick = () => { element.textContent = text; };
    element.append(more);
  } else if (isJson && text.length <= COLOURED) element.append(...coloured(text));
  else element.textContent = text;
  return element;
}

function coloured(text) {
  const parts = [];
  let last = 0;
  for (const match of text.matchAll(TOKENS)) {
    parts.push(text.slice(last, match.index));
    const [whole, string, colon, word, digits] = match;
    if (colon !== undefined) parts.push(make("span", "key", string), colon);
    else parts.push(make("span", string !== undefined ? "string" : word !== undefined ? "word" : digits !== undefined ? "digits" : "", whole));
    last = match.index + whole.length;
  }
  return [...parts, text.slice(last)];
}

export const pretty = (value) => JSON.stringify(value, null, 2);

// Returns the text of a message's payload as it was sent, indented; the whole text if there is no payload.
export function payloadText(record) {
  const whole = parsed(record.text), place = {2: 3, 3: 2, 6: 3}[record.kind[1]];
  if (whole === undefined) return {isJson: false, isPayload: false, text: record.text};
  const items = Array.isArray(whole) && place === whole.length - 1 ? partsOf(record.text) : [];
  const tokens = items[place];
  return {isJson: true, isPayload: Boolean(tokens), text: indented(tokens ?? tokensOf(record.text))};
}

// Returns the payload of a message as a value; undefined if it has none.
export function payloadOf(record) {
  const whole = parsed(record.text), place = {2: 3, 3: 2, 6: 3}[record.kind[1]];
  return Array.isArray(whole) ? whole[place] : undefined;
}
