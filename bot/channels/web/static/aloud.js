// Reading aloud by the browser itself; the button is there only where the browser can.
import { tag } from "./words.js";

export class Aloud {
  constructor(button, latest) {
    this.on = false;
    if (!("speechSynthesis" in window)) return;
    button.hidden = false;
    button.addEventListener("click", () => {
      this.on = !this.on;
      button.setAttribute("aria-pressed", String(this.on));
      speechSynthesis.cancel();
      if (this.on) this.read(latest());
    });
    window.addEventListener("pagehide", () => speechSynthesis.cancel());
  }

  read(text) {
    if (!this.on || !text) return;
    const words = new SpeechSynthesisUtterance(text);
    words.lang = tag;
    words.rate = 0.92;
    speechSynthesis.speak(words);
  }
}
