// The counter's page: what is said for the person who stands there, or by the member of staff for themselves.
import { grow } from "/static/grow.js";
import { Talk } from "/static/talk.js";
import { lang, make, newId, say, timeOf } from "/static/words.js";
import { lock, post, watch } from "./idle.js";

const AGAIN_MS = 1_000;
const TWICE_MS = 600; // two presses of one button within this time are one
const SURE_MS = 4_000;
const box = document.getElementById("box");
const state = document.getElementById("state");
const below = document.getElementById("below");
const tabs = [...document.querySelectorAll('[role="tab"]')];
const talks = new Map();
const here = Boolean(document.body.dataset.visit);
let active = sessionStorage.getItem("counter") === "own" ? "own" : "visit";
let pressed = { id: "", at: 0 };
let queue = Promise.resolve();

const tell = (words) => { state.textContent = words; };
const anew = () => location.replace("/desk");

for (const element of document.querySelectorAll(".talk")) {
  const talk = new Talk(element, { press: (id, label) => press(talk, id, label), share: () => box.focus(), below });
  talk.slips = element.querySelector("#slips");
  talks.set(talk.persona, talk);
}

// ---- what is said, in order; each answer brings what the bot has said since

function press(talk, id, label) {
  const twice = pressed.id === id && performance.now() - pressed.at < TWICE_MS;
  pressed = { id, at: performance.now() };
  if (!twice) write(talk, { button: id }, label);
}

function write(talk, what, shown) {
  const mine = talk.mine(shown);
  mine.state.textContent = say("sending");
  talk.append(mine.line, mine.at);
  const message = { id: newId(), as: talk.persona, lang, ...what };
  const go = () => { queue = queue.then(() => send(talk, message, mine)); };
  mine.retry = go;
  go();
}

async function send(talk, message, mine) {
  let answer;
  try {
    answer = await post("/desk/say", { ...message, after: talk.latest });
  } catch {
    return unsent(mine);
  }
  if ([401, 409, 423].includes(answer.status)) return anew();
  if (!answer.ok) return unsent(mine);
  const found = await answer.json();
  if (message.text !== undefined) mine.words.textContent = found.text || say("link_said");
  mine.state.textContent = `${say("sent")} ${timeOf(mine.at)}`;
  tell("");
  show(talk, found);
}

function unsent(mine) {
  const again = make("button", { type: "button", text: say("again") });
  again.addEventListener("click", () => { mine.state.textContent = say("sending"); mine.retry(); });
  mine.state.replaceChildren(make("span", { className: "unsent", text: `${say("unsent")} ` }), again);
}

async function fetchLog(talk) {
  const answer = await post("/desk/log", { as: talk.persona, after: talk.latest }).catch(() => undefined);
  if (!answer) return tell(say("offline"));
  if (!answer.ok) return [401, 409, 423].includes(answer.status) ? anew() : undefined;
  tell("");
  show(talk, await answer.json());
}

function show(talk, { events, slips, waiting }) {
  for (const event of events) talk.take(event);
  if (talk.slips) printable(talk.slips, slips);
  if (waiting) setTimeout(() => { queue = queue.then(() => fetchLog(talk)); }, AGAIN_MS);
}

function printable(section, slips) {
  section.querySelector(".none").hidden = slips.length > 0;
  section.querySelector("ul").replaceChildren(...slips.map(({ name, title }) => make("li", {},
    make("span", { text: title }),
    ...["a4", "80mm"].map((paper) => make("a", {
      className: "button", href: `/desk/slip/${name}?paper=${paper}`, text: say(`paper_${paper}`),
      "aria-label": `${say("print")} ${title} ${say(`paper_${paper}`)}`,
    })))));
}

// ---- whose turn it is

function turn(persona, focus = false) {
  active = persona;
  sessionStorage.setItem("counter", persona);
  for (const tab of tabs) {
    const chosen = tab.dataset.persona === persona;
    tab.setAttribute("aria-selected", String(chosen));
    tab.tabIndex = chosen ? 0 : -1;
    if (chosen && focus) tab.focus();
    talks.get(tab.dataset.persona).element.hidden = !chosen;
  }
  document.body.dataset.as = persona;
  document.getElementById("box-label").textContent = box.dataset[persona];
  document.querySelector(".bottom").hidden = persona === "visit" && !here;
  below.hidden = true;
  talks.get(persona).follow();
}

for (const tab of tabs) {
  tab.addEventListener("click", () => turn(tab.dataset.persona));
  tab.addEventListener("keydown", ({ key }) => {
    if (key !== "ArrowLeft" && key !== "ArrowRight") return;
    turn(tab.dataset.persona === "visit" ? "own" : "visit", true);
  });
}

async function visit(act) {
  document.body.setAttribute("aria-busy", "true");
  sessionStorage.removeItem("counter");
  const answer = await post("/desk/visit", { do: act }).catch(() => undefined);
  if (answer) return anew();
  document.body.removeAttribute("aria-busy");
  tell(say("offline"));
}

// Closing somebody's conversation cannot be undone: it takes two presses.
let sure = false;
function done(button) {
  if (sure) return void visit("end");
  const words = button.textContent;
  sure = true;
  button.textContent = button.dataset.sure;
  setTimeout(() => { sure = false; button.textContent = words; }, SURE_MS);
}

const begin = document.getElementById("begin");
const end = document.getElementById("done");
begin?.addEventListener("click", () => void visit("begin"));
end?.addEventListener("click", () => done(end));
document.getElementById("lock").addEventListener("click", () => void lock());
document.addEventListener("keydown", (event) => {
  const act = { F2: begin, F4: end, F8: document.getElementById("lock") }[event.key];
  if (!act || event.repeat) return;
  event.preventDefault();
  act.click();
});

function submit(event) {
  event?.preventDefault();
  const text = box.value.trim();
  if (!text) return;
  write(talks.get(active), { text }, text);
  box.value = "";
  grow(box);
  box.focus();
}

document.getElementById("say").addEventListener("submit", submit);
box.addEventListener("input", () => grow(box));
box.addEventListener("keydown", (event) => {
  // While a word is being composed (pinyin), Enter chooses it and sends nothing.
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing && event.keyCode !== 229) submit(event);
});
for (const button of document.querySelectorAll("[data-press]")) {
  const talk = talks.get(button.closest(".talk").dataset.persona);
  button.addEventListener("click", () => press(talk, button.dataset.press, button.textContent));
}
below.addEventListener("click", () => talks.get(active).follow());

turn(active);
watch();
await Promise.all([...talks.values()].filter((talk) => talk.persona === "own" || here).map(fetchLog));
for (const talk of talks.values()) {
  talk.live = true;
  talk.log.setAttribute("aria-live", "polite");
}
talks.get(active).follow();
(here || active === "own" ? box : begin)?.focus();
