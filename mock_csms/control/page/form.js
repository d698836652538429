// A form made from a JSON Schema. It changes the value that it gets. It shows the fields that the value has; the
// others can be added.

import { button, make } from "./dom.js";
import { blank, helpOf, limitOf, resolved, typeOf } from "./schema.js";

// Fills an element with the form for a value. `changed` is called after each change.
export function fillForm(element, value, schema, changed) {
  const redraw = () => { element.replaceChildren(...fields(value, schema, context)); };
  const context = {schema, changed, again: () => { redraw(); changed(); }};
  redraw();
}

function fields(value, part, context) {
  const {properties = {}, required = []} = part, names = Object.keys(properties);
  const there = names.filter((name) => Object.hasOwn(value, name)), unknown = Object.keys(value).filter((name) => !Object.hasOwn(properties, name));
  const absent = names.filter((name) => !there.includes(name)).sort((one, two) => required.includes(two) - required.includes(one) || (one === "customData") - (two === "customData"));
  const shown = [...there, ...unknown].map((name) => field(value, name, properties[name] ?? {}, required.includes(name), context));
  if (!shown.length && !absent.length) shown.push(make("p", "faint", "This command has no fields."));
  if (!absent.length) return shown;
  const add = (name) => () => { value[name] = blank(properties[name], context.schema); context.again(); };
  return [...shown, make("div", "absent", absent.map((name) => button(`+ ${name}`, add(name), `chip ${required.includes(name) ? "warning" : ""}`, {title: helpOf(resolved(properties[name], context.schema))})))];
}

// Returns the row for a member of an object, or for an item of a list.
function field(holder, name, part, isRequired, context) {
  part = resolved(part, context.schema);
  const type = typeOf(part), isItem = Array.isArray(holder), id = `field-${crypto.getRandomValues(new Uint32Array(1))[0]}`;
  const drop = () => { if (isItem) holder.splice(name, 1); else delete holder[name]; context.again(); };
  const title = make("label", isRequired ? "required" : "", isItem ? `${name + 1}` : name, {title: [helpOf(part), limitOf(part)].filter(Boolean).join("\n"), for: id});
  const gone = button("×", drop, "drop", {title: `Remove ${isItem ? "this item" : name}`, ariaLabel: `Remove ${isItem ? `item ${name + 1}` : name}`});
  const inner = holder[name];
  const isObject = type === "object" && inner !== null && typeof inner === "object" && !Array.isArray(inner);
  if (isObject) return make("fieldset", "", [make("div", "legend", [title, gone]), ...fields(inner, part, context)]);
  if (type === "array" && Array.isArray(inner)) return make("fieldset", "", [make("div", "legend", [title, gone]), ...items(inner, part, context)]);
  const input = control(holder, name, part, type, context);
  input.id = id;
  return make("div", "field", [title, input, gone]);
}

function items(list, part, context) {
  const add = () => { list.push(blank(part.items ?? {}, context.schema)); context.again(); };
  const shown = list.map((_, index) => field(list, index, part.items ?? {}, false, context));
  const isFull = list.length >= (part.maxItems ?? Infinity);
  return [...shown, make("div", "absent", [button("+ item", add, "chip", {disabled: isFull, title: isFull ? `at most ${part.maxItems} items` : ""})])];
}

function control(holder, name, part, type, context) {
  const set = (value) => { holder[name] = value; context.changed(); };
  const value = holder[name];
  if (type === "enum" || type === "boolean") return choice(value, type === "enum" ? part.enum : [true, false], set);
  const isLong = (part.maxLength ?? 0) > 1000 || String(value).length > 200;
  const input = make(isLong ? "textarea" : "input", "", "", {value: typeof value === "string" ? value : JSON.stringify(value), spellcheck: false, autocomplete: "off"});
  if (type === "integer" || type === "number") input.inputMode = "decimal";
  input.placeholder = limitOf(part);
  input.oninput = () => set(read(input.value, type));
  return input;
}

// Returns the value of the text in a field: a number or JSON if the type of the field asks for it, else the text.
function read(text, type) {
  if (type === "string") return text;
  if (type === "integer" || type === "number") return /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(text.trim()) ? Number(text) : text;
  try { return JSON.parse(text); } catch { return text; }
}

function choice(value, options, set) {
  const all = options.includes(value) ? options : [value, ...options];
  const list = make("select", "", all.map((each) => make("option", "", typeof each === "string" ? each : JSON.stringify(each))));
  list.selectedIndex = all.indexOf(value);
  list.onchange = () => set(all[list.selectedIndex]);
  return list;
}
