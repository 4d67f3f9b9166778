// What a person says: shown at once, sent in order, tried again with the same id until it has arrived.
import { lang, make, newId, say, timeOf } from "./words.js";

const LONGEST = 20_000;
const KEPT = 100;
const AGAIN_MS = 5_000;
const TWICE_MS = 600; // two taps on one button within this time are one

export class Outgoing {
  constructor({ expired, language }) {
    this.waiting = [];
    this.busy = false;
    this.pressed = { button: "", at: 0 };
    this.expired = expired;
    this.language = language;
  }

  press(talk, button, shown) {
    const twice = this.pressed.button === button && performance.now() - this.pressed.at < TWICE_MS;
    this.pressed = { button, at: performance.now() };
    if (!twice) this.say(talk, { button }, shown);
  }

  // `what` is one of {text} {button} {start} {location} {media}; `shown` the words of one's own line (none: no line).
  say(talk, what, shown) {
    const message = { talk, what, id: newId(), after: talk.latest };
    if (shown) {
      message.mine = talk.mine(shown);
      message.mine.state.textContent = say("sending");
      talk.append(message.mine.line, message.mine.at);
    }
    if (what.text) what.text = what.text.slice(0, LONGEST).toWellFormed?.() ?? what.text.slice(0, LONGEST);
    this.waiting.push(message);
    void this.go();
  }

  async go() {
    if (this.busy) return;
    this.busy = true;
    this.pause = AGAIN_MS;
    clearTimeout(this.retry);
    while (this.waiting.length && (await this.send(this.waiting[0]))) this.waiting.shift();
    this.busy = false;
    if (this.waiting.length) this.retry = setTimeout(() => this.go(), this.pause);
  }

  // Whether the next one may go: this one arrived, or will never be taken.
  async send(message) {
    let answer;
    let kept;
    try {
      answer = await fetch("/say", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ id: message.id, as: message.talk.persona, lang, ...message.what }),
      });
      if (answer.ok) kept = await answer.json();
    } catch {
      this.unsent(message);
      return false;
    }
    if (answer.status === 401) {
      this.expired();
      return false;
    }
    if (answer.status === 429) {
      this.pause = 1_000 * (Number(answer.headers.get("Retry-After")) || 60);
      if (message.mine) message.mine.state.textContent = say("crowded");
      return false;
    }
    if (kept) this.sent(message, kept);
    else this.unsent(message);
    return answer.ok || answer.status < 500;
  }

  sent({ talk, what, mine, after }, kept) {
    if (mine) {
      if (what.text !== undefined) mine.words.textContent = kept.text;
      mine.state.replaceChildren(`${say("sent")} ${timeOf(kept.at)}`);
      remember({ as: talk.persona, text: mine.words.textContent, after, at: kept.at });
    }
    if (what.button?.startsWith("lang:")) this.language(what.button.slice(5));
  }

  unsent(message) {
    if (!message.mine) return;
    const again = make("button", { type: "button", text: say("again") });
    again.addEventListener("click", () => {
      message.mine.state.textContent = say("sending");
      if (!this.waiting.includes(message)) this.waiting.push(message);
      void this.go();
    });
    message.mine.state.replaceChildren(make("span", { className: "unsent", text: `${say("unsent")} ` }), again);
  }
}

// One's own words as they were kept (without document numbers) live in this tab only, so that a reload shows them.
function remembered() {
  try {
    return JSON.parse(sessionStorage.getItem("said") ?? "[]");
  } catch {
    return [];
  }
}

function remember(entry) {
  sessionStorage.setItem("said", JSON.stringify([...remembered(), entry].slice(-KEPT)));
}

// What was said at a conversation before a message of the bot's is nobody's business any more.
export function forget(persona, before) {
  const kept = remembered().filter(({ as, after }) => as !== persona || after >= before);
  sessionStorage.setItem("said", JSON.stringify(kept));
}

export function restore(talks) {
  if (![...talks.values()].some((talk) => talk.latest)) {
    sessionStorage.removeItem("said");
    return;
  }
  for (const { as, text, after, at } of remembered()) {
    const talk = talks.get(as);
    if (!talk) continue;
    const { line, state } = talk.mine(text, after);
    state.textContent = `${say("sent")} ${timeOf(at)}`;
    talk.restore(line);
  }
}
