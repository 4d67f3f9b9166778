// The chat page: puts the stream, the conversations, the box and the demonstration's bar together.
import { Aloud } from "./aloud.js";
import { clock, mark, tabs } from "./demo.js";
import { forget, Outgoing, restore } from "./outgoing.js";
import { grow } from "./grow.js";
import { Stream } from "./stream.js";
import { Talk } from "./talk.js";
import { personas, say } from "./words.js";

const box = document.getElementById("box");
const state = document.getElementById("state");
const below = document.getElementById("below");
const title = document.title;
const talks = new Map();
let active = personas[0];
let settled = false;
let unread = 0;
let unshown = [];
let gone = false;

const tell = (words) => { state.textContent = words; };
const expired = () => {
  tell(say("expired"));
  setTimeout(() => location.reload(), 1_500);
};
const outgoing = new Outgoing({ expired, language: (code) => location.assign(`/?lang=${code}`) });
const here = () => talks.get(active);

for (const element of document.querySelectorAll(".talk")) {
  const talk = new Talk(element, {
    press: (id, label) => outgoing.press(talk, id, label),
    share: (what) => (what === "location" ? place(talk) : contact()),
    below,
  });
  talks.set(talk.persona, talk);
}
const aloud = new Aloud(document.getElementById("aloud"), () =>
  [...here().log.querySelectorAll(".line:not(.mine) .bubble")].at(-1)?.textContent ?? "");

// ---- what comes in

const stream = new Stream({ message, ready, away, expired });

function message(event) {
  const talk = talks.get(event.as);
  if (!talk) return;
  if (event.kind === "delete" && event.of === null) {
    anew(event);
    return;
  }
  const words = talk.take(event);
  if (event.ack) shown(event);
  if (!settled || !words) return;
  if (event.as === active) aloud.read(words);
  else mark(event.as, true);
  if (document.visibilityState !== "visible") document.title = `(${++unread}) ${title}`;
}

// Everything was taken away: somebody else sits here now. A page that shows it begins anew, with nothing in memory.
function anew(event) {
  forget(event.as, event.id);
  if (settled) location.replace("/");
}

// The replay is over: what was said before is not announced, what comes now is.
function ready() {
  if (!settled) {
    settled = true;
    restore(talks);
    for (const talk of talks.values()) {
      talk.live = true;
      talk.log.setAttribute("aria-live", "polite");
    }
    here().follow();
    begin();
  }
  void outgoing.go();
}

function away(now) {
  if (now === gone) return;
  gone = now;
  tell(gone ? say("offline") : "");
}

// The bot hears that somebody really sees what it sent of its own accord.
function shown(event) {
  if (document.visibilityState !== "visible") {
    unshown.push(event);
    return;
  }
  void fetch("/seen", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ as: event.as, id: event.id }),
  }).catch(() => unshown.push(event));
}

document.addEventListener("visibilitychange", () => {
  if (document.visibilityState !== "visible") return;
  unread = 0;
  document.title = title;
  const late = unshown;
  unshown = [];
  late.forEach(shown);
});

// ---- what goes out

function write(event) {
  event?.preventDefault();
  const text = box.value.trim();
  if (!text) return;
  outgoing.say(here(), { text }, text);
  if (!gone) tell("");
  box.value = "";
  box.inputMode = "text";
  grow(box);
  box.focus();
}

function contact() {
  tell(say("contact_ask"));
  box.inputMode = "tel";
  box.focus();
}

function place(talk) {
  const failed = () => tell(say("no_place"));
  if (!navigator.geolocation) return failed();
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => outgoing.say(talk, { location: [coords.latitude, coords.longitude] }, say("place_said")),
    failed,
    { timeout: 15_000, maximumAge: 60_000 },
  );
}

document.getElementById("say").addEventListener("submit", write);
box.addEventListener("input", () => grow(box));
box.addEventListener("keydown", (event) => {
  // While a word is being composed (pinyin), Enter chooses it and sends nothing.
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing && event.keyCode !== 229) write(event);
});
for (const button of document.querySelectorAll("[data-press]")) {
  button.addEventListener("click", () => outgoing.press(here(), button.dataset.press, button.textContent));
}
document.getElementById("photo").addEventListener("change", (event) => {
  // The picture stays on the phone: the bot is only told that one was chosen, and answers what to do instead.
  event.target.value = "";
  outgoing.say(here(), { media: "photo" }, say("photo_said"));
});
for (const link of document.querySelectorAll(".languages a")) {
  link.addEventListener("click", (event) => {
    if (!here().latest) return;
    event.preventDefault();
    outgoing.say(here(), { button: `lang:${link.dataset.lang}` }, link.getAttribute("aria-label"));
  });
}
below.addEventListener("click", () => here().follow());

// A link that opens the bot with a payload sends it once; a reload does not.
const start = new URLSearchParams(location.search).get("start");
if (start !== null) history.replaceState(null, "", location.pathname);

function begin() {
  if (start && /^[\w-]{1,64}$/.test(start)) outgoing.say(here(), { start });
}

tabs((persona) => {
  active = persona;
  sessionStorage.setItem("persona", persona);
  below.hidden = true;
  here().follow();
});
clock();
stream.open();
