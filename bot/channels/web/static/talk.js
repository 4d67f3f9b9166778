// One conversation on the page: lines of both sides, built from runs of text, in the order of the log.
import { dayOf, isoNow, make, say, timeOf } from "./words.js";

const NEAR = 160; // pixels from the end at which the page still follows new messages

export class Talk {
  constructor(element, { press, share, below }) {
    this.persona = element.dataset.persona;
    this.element = element;
    this.scroll = element.querySelector(".scroll");
    this.log = element.querySelector(".log");
    this.lines = new Map();
    this.edits = new Map();
    this.latest = 0;
    this.day = "";
    this.minute = "";
    this.live = false;
    this.press = press;
    this.share = share;
    this.below = below;
    this.pinned = true;
    this.scroll.addEventListener("scroll", () => {
      this.pinned = this.atEnd();
      if (this.pinned) this.below.hidden = true;
    }, { passive: true });
    // The end stays in sight when the room shrinks (a keyboard comes up) or a line grows (a picture, a state).
    const room = new ResizeObserver(() => { if (this.pinned) this.scroll.scrollTop = this.scroll.scrollHeight; });
    room.observe(this.scroll);
    room.observe(this.log);
  }

  atEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.scroll;
    return scrollHeight - scrollTop - clientHeight < NEAR;
  }

  // Show what arrived. Returns the words of a new message, or "" when it was known or only changed another.
  take(event) {
    if (event.kind === "edit") return this.change(event.of, event);
    if (event.kind === "delete") return this.withdraw(event.of, event.id);
    if (this.lines.has(event.id)) return "";
    const line = make("div", { className: "line" });
    line.dataset.order = event.id;
    this.fill(line, event);
    this.lines.set(event.id, line);
    this.latest = Math.max(this.latest, event.id);
    this.append(line, event.at);
    if (this.live) line.classList.add("new");
    line.addEventListener("animationend", () => line.classList.remove("new"), { once: true });
    this.fade();
    return line.querySelector(".bubble").textContent;
  }

  fill(line, event) {
    line.replaceChildren(make("span", { className: "quiet", text: `${say("bot")} ` }));
    line.append(bubble(event.runs));
    if (event.files.length) line.append(files(event));
    if (event.map) line.append(link(event.map, say("map")));
    if (event.buttons.length) line.append(this.buttons(event.buttons));
    line.append(make("time", { className: "when", text: timeOf(event.at), datetime: event.at }));
    // Every question has a way out; what only offers a menu or a person puts no question away.
    line.classList.toggle("asks", event.buttons.flat().some(({ id }) => id?.startsWith("q:") || id === "w:cancel"));
  }

  buttons(rows) {
    return make("div", { className: "buttons" }, ...rows.map((row) => make("div", { className: "set" },
      ...row.map((button) => this.button(button)))));
  }

  button({ label, id, url, ask }) {
    if (url) return link(url, label);
    const element = make("button", { type: "button", text: label });
    if (id?.startsWith("w:")) element.classList.add("way");
    element.addEventListener("click", ({ detail }) => {
      // The second half of a double click may fall on a button that has just moved under the finger.
      if (detail > 1) return;
      if (ask) this.share(ask);
      else this.press(id, label);
    });
    return element;
  }

  change(id, event) {
    const line = this.lines.get(id);
    if (!line || (this.edits.get(id) ?? 0) >= event.id) return "";
    this.edits.set(id, event.id);
    this.fill(line, event);
    line.querySelector(".when").append(` · ${say("edited")}`);
    this.fade();
    return "";
  }

  withdraw(id, by) {
    const line = this.lines.get(id);
    if (line && (this.edits.get(id) ?? 0) < by) {
      this.edits.set(id, by);
      line.classList.remove("asks");
      line.replaceChildren(make("p", { className: "when", text: say("withdrawn") }));
    }
    return "";
  }

  // Buttons of an earlier question look put away; pressing them still answers.
  fade() {
    const asking = [...this.log.querySelectorAll(".asks")];
    asking.forEach((line, index) => {
      const old = index < asking.length - 1;
      line.classList.toggle("old", old);
      const group = line.querySelector(".buttons");
      if (group && old) {
        group.setAttribute("role", "group");
        group.setAttribute("aria-label", say("old_buttons"));
      }
    });
  }

  // A line of one's own, shown before it is sent. `order` places it after the bot's message of that number.
  mine(text, order = this.latest) {
    const state = make("span", { className: "when" });
    const at = isoNow();
    const line = make("div", { className: "line mine" }, make("span", { className: "quiet", text: `${say("you")} ` }),
      make("div", { className: "bubble", text }), state);
    line.dataset.order = order + 0.5;
    return { line, state, at, words: line.querySelector(".bubble") };
  }

  append(line, at) {
    const follow = line.classList.contains("mine") || this.pinned;
    if (at.slice(0, 10) !== this.day) {
      this.day = at.slice(0, 10);
      this.log.append(make("p", { className: "day", text: dayOf(at) }));
    }
    this.log.append(line);
    line.querySelector("time")?.classList.toggle("quiet", at === this.minute); // said once for each minute
    this.minute = at;
    if (follow) this.follow(line);
    else this.below.hidden = this.element.hidden;
  }

  // Put a remembered line of one's own back where it was said.
  restore(line) {
    const order = Number(line.dataset.order);
    const later = [...this.log.querySelectorAll(".line")].find((other) => Number(other.dataset.order) > order);
    const before = later?.previousElementSibling?.className === "day" ? later.previousElementSibling : later;
    this.log.insertBefore(line, before ?? null);
  }

  follow(line = this.log.lastElementChild) {
    const tall = line && line.offsetHeight > this.scroll.clientHeight;
    line?.scrollIntoView({ block: tall ? "start" : "end" });
    this.pinned = !tall;
    this.below.hidden = true;
  }
}

function bubble(runs) {
  const element = make("div", { className: "bubble" });
  for (const run of runs) {
    let node = unbroken(run.t);
    for (const mark of ["code", "i", "b"]) if (run[mark]) node = make(mark, {}, node);
    if (run.href) {
      node = make("a", { href: run.href, ...beside(run.href) }, node);
    }
    element.append(node);
  }
  return element;
}

// Codes and telephone numbers are written in groups; a line break inside one makes two numbers of it.
const grouped = /\d+(?:[ \u00a0-]\d+)+/g;
function unbroken(text) {
  const parts = document.createDocumentFragment();
  let at = 0;
  for (const found of text.matchAll(grouped)) {
    parts.append(text.slice(at, found.index), make("span", { className: "number", text: found[0] }));
    at = found.index + found[0].length;
  }
  parts.append(text.slice(at));
  return parts;
}

// A page of our own and a telephone number open here, whatever lies elsewhere beside the conversation.
function beside(href) {
  return /^https?:/.test(href) ? { target: "_blank", rel: "noopener noreferrer" } : {};
}

function link(href, text) {
  return make("a", { className: "button", href, text, ...beside(href) });
}

function files(event) {
  return make("div", { className: "files" }, ...event.files.map((file) => {
    const save = make("a", { className: "button", href: `${file.url}?save`, download: file.name, text: say("save", file) });
    if (!file.picture) return save;
    const image = make("img", { src: file.url, alt: say("picture", file), width: 256, height: 256 });
    return make("figure", {}, image, save);
  }));
}
