// The page's own words, its language, and small ways to build elements without ever parsing HTML.
export const lang = document.body.dataset.lang;
export const tag = { zh: "zh-CN", "zh-Hant": "zh-TW", en: "en-GB" }[lang] ?? "zh-CN";
export const personas = document.body.dataset.personas.split(" ");
const words = JSON.parse(document.body.dataset.words);

export function say(key, values = {}) {
  return words[key].replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

export function make(name, { text, className, ...attributes } = {}, ...children) {
  const element = document.createElement(name);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children.filter(Boolean));
  return element;
}

// Local ISO times carry no offset: they are read and written as UTC, so the browser's own zone never enters.
const clockTime = new Intl.DateTimeFormat(tag, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: "UTC" });
const dayName = new Intl.DateTimeFormat(tag, { month: "long", day: "numeric", weekday: "long", timeZone: "UTC" });
const whole = new Intl.DateTimeFormat(tag, {
  month: "long", day: "numeric", weekday: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: "UTC",
});
const read = (iso) => new Date(iso.length === 16 ? `${iso}:00Z` : `${iso}Z`);
export const timeOf = (iso) => clockTime.format(read(iso));
export const dayOf = (iso) => dayName.format(read(iso));

// The bot's own time, told by the server and moved on here; a demonstration sets it anew.
let base = 0;
let told = 0;
export function setNow(iso) {
  base = read(iso).getTime();
  told = performance.now();
}
setNow(document.body.dataset.now);
const present = () => new Date(base + performance.now() - told);
export const isoNow = () => present().toISOString().slice(0, 16);
export const momentNow = () => whole.format(present());

export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(15));
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_");
}
