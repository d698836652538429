// Reads the JSON Schema of an action, as far as forms and a first check of payloads need it.

const FIRST_LINES = /urn:x-\S+\s*/g; // descriptions in OCPP begin with identifiers of its model

export const isPlaceholder = (value) => typeof value === "string" && /\{\{.*\}\}/.test(value);

// Returns a part of a schema with its references resolved.
export function resolved(part, whole) {
  for (let depth = 0; part?.$ref && depth < 20; depth++) {
    const path = part.$ref.replace(/^#\//, "").split("/");
    const {$ref, ...rest} = part;
    part = {...path.reduce((found, name) => found?.[name], whole), ...rest};
  }
  return part ?? {};
}

export function helpOf(part) {
  const text = (part.description ?? "").split(/urn:x-\S+\s*/).at(-1).replace(FIRST_LINES, "").trim().replace(/\s+/g, " ");
  return text.length > 400 ? `${text.slice(0, 399)}…` : text;
}

export function typeOf(part) {
  if (part.enum) return "enum";
  if (part.properties) return "object";
  return Array.isArray(part.type) ? part.type[0] : part.type ?? "any";
}

export const limitOf = (part) => [part.maxLength && `at most ${part.maxLength} characters`, part.minimum !== undefined && `at least ${part.minimum}`,
  part.maximum !== undefined && `at most ${part.maximum}`, part.format === "date-time" && "a time, RFC 3339"].filter(Boolean).join(", ");

// Returns an initial value for a part of a schema.
export function blank(part, whole) {
  part = resolved(part, whole);
  const type = typeOf(part);
  if (type === "enum") return part.enum[0];
  if (type === "boolean") return false;
  if (type === "integer" || type === "number") return part.minimum ?? 0;
  if (type === "array") return [blank(part.items ?? {}, whole)];
  if (type === "object") return Object.fromEntries((part.required ?? []).map((name) => [name, blank(part.properties?.[name], whole)]));
  return part.format === "date-time" ? "{{now}}" : "";
}

// Returns a line for each problem of a value. A placeholder is valid everywhere.
export function problemsOf(value, part, whole, path = "", found = []) {
  part = resolved(part, whole);
  const type = typeOf(part), where = path || "payload", say = (text) => { if (found.length < 50) found.push(`${where}: ${text}`); };
  if (isPlaceholder(value)) return found;
  if (type === "object") {
    if (value === null || typeof value !== "object" || Array.isArray(value)) { say("must be an object"); return found; }
    for (const name of part.required ?? []) if (!Object.hasOwn(value, name)) found.push(`${join(path, name)}: is missing`);
    for (const [name, inner] of Object.entries(value)) {
      const known = part.properties && Object.hasOwn(part.properties, name) ? part.properties[name] : undefined;
      if (known) problemsOf(inner, known, whole, join(path, name), found);
      else if (part.additionalProperties === false) found.push(`${join(path, name)}: is unknown`);
    }
  } else if (type === "array") {
    if (!Array.isArray(value)) { say("must be a list"); return found; }
    if (value.length < (part.minItems ?? 0)) say(`needs ${part.minItems} or more items`);
    if (value.length > (part.maxItems ?? Infinity)) say(`may have at most ${part.maxItems} items`);
    value.forEach((item, index) => problemsOf(item, part.items ?? {}, whole, `${path}[${index}]`, found));
  } else if (type === "enum") { if (!part.enum.includes(value)) say(`is none of ${part.enum.slice(0, 12).join(", ")}${part.enum.length > 12 ? ", …" : ""}`); }
  else if (type === "integer") { if (!Number.isInteger(value)) say("must be an integer"); }
  else if (type === "number") { if (typeof value !== "number") say("must be a number"); }
  else if (type === "boolean") { if (typeof value !== "boolean") say("must be true or false"); }
  else if (type === "string") {
    if (typeof value !== "string") say("must be text");
    else if ([...value].length > (part.maxLength ?? Infinity)) say(`is longer than ${part.maxLength} characters`);
  }
  return found;
}

const join = (path, name) => path ? `${path}.${name}` : name;

// Returns the merge patch (RFC 7396) that turns `from` into `to`.
export function patchOf(from, to) {
  const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
  if (!isObject(from) || !isObject(to)) return to;
  const patch = {};
  for (const name of Object.keys(from)) if (!Object.hasOwn(to, name)) patch[name] = null;
  for (const [name, value] of Object.entries(to)) {
    if (!Object.hasOwn(from, name)) patch[name] = value;
    else if (JSON.stringify(from[name]) !== JSON.stringify(value)) patch[name] = patchOf(from[name], value);
  }
  return patch;
}
