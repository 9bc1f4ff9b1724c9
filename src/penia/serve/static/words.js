/* What the page says, in the language that it is in at the moment; the service's own names are English. */
export const at = (id) => document.getElementById(id);
const cached = new WeakMap();
function data(id) {
  const element = at(id);
  if (!cached.has(element)) cached.set(element, JSON.parse(element.textContent));
  return cached.get(element);
}
export const words = () => data("words");
export const lines = () => data("lines");
export const unit = (code) => data("units")[code] ?? code;
export const results = () => data("results");
export const drugs = () => data("drugs");
export const findings = () => data("findings");
/* What was typed, as the service names it. */
export function known(typed, names) {
  const found = names.find((name) => name.toLowerCase() === typed.trim().toLowerCase()) ?? typed.trim();
  return data("names")[found] ?? found;
}
export const shown = (name) => Object.entries(data("names")).find(([, known]) => known === name)?.[0] ?? name;

export const filled = (message, gaps) => message.replace(/\{(\w+)\}/g, (_, name) => gaps[name]);
export const told = (finding) => `${shown(finding.name)}: ${finding.present ? words().present : words().absent}`;
/* Without the signs that cannot be seen and turn the text after them around. */
export const upright = (text) => text.replace(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, "\ufffd");
export const made = (tag, text, more = {}) => Object.assign(document.createElement(tag), { textContent: text }, more);

export function tell(text, wrong = false) {
  at("status").textContent = text;
  at("status").classList.toggle("wrong", wrong);
}
