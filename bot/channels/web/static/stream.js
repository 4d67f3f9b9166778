// The stream of events: resumes where it broke, notices a silent death, and says when it is away.
const SILENT_MS = 40_000; // the server beats every 15 s
const PATIENCE_MS = 1_500;
const AGAIN_MS = [1_000, 2_000, 5_000, 10_000];

export class Stream {
  constructor({ message, ready, away, expired }) {
    this.on = { message, ready, away, expired };
    this.last = 0;
    this.tries = 0;
    this.heard = Date.now();
    document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") this.check(); });
    window.addEventListener("online", () => this.open());
    window.addEventListener("offline", () => this.lost());
    setInterval(() => this.check(), 10_000);
  }

  open() {
    this.source?.close();
    clearTimeout(this.retry);
    this.heard = Date.now();
    const source = new EventSource(`/events?after=${this.last}`);
    this.source = source;
    source.addEventListener("message", (event) => {
      this.alive();
      this.last = Number(event.lastEventId) || this.last;
      this.on.message(JSON.parse(event.data));
    });
    source.addEventListener("ready", (event) => { this.alive(); this.on.ready(JSON.parse(event.data)); });
    source.addEventListener("beat", () => this.alive());
    source.addEventListener("error", () => { if (source === this.source) this.lost(); });
  }

  alive() {
    this.heard = Date.now();
    this.tries = 0;
    clearTimeout(this.telling);
    this.telling = undefined;
    this.on.away(false);
  }

  check() {
    if (Date.now() - this.heard > SILENT_MS) this.open();
  }

  lost() {
    this.telling ??= setTimeout(() => this.on.away(true), PATIENCE_MS);
    if (this.source?.readyState !== EventSource.CLOSED) return; // the browser tries again by itself
    clearTimeout(this.retry);
    this.retry = setTimeout(() => this.knock(), AGAIN_MS[Math.min(this.tries++, AGAIN_MS.length - 1)]);
  }

  // The stream was refused: is the session over, or only the server away?
  async knock() {
    try {
      const answer = await fetch("/events", { method: "HEAD" });
      if (answer.status === 401) this.on.expired();
      else this.open();
    } catch {
      this.lost();
    }
  }
}
