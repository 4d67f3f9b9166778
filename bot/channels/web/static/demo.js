// The demonstration's bar: tabs for the personas, and a clock to move.
import { isoNow, momentNow, personas, say, setNow } from "./words.js";

export function tabs(choose) {
  const all = [...document.querySelectorAll("[role=tab]")];
  const select = (tab) => {
    for (const other of all) {
      other.setAttribute("aria-selected", String(other === tab));
      other.tabIndex = other === tab ? 0 : -1;
      document.getElementById(other.getAttribute("aria-controls")).hidden = other !== tab;
    }
    mark(tab.dataset.persona, false);
    choose(tab.dataset.persona);
  };
  for (const tab of all) {
    tab.addEventListener("click", () => select(tab));
    tab.addEventListener("keydown", (event) => {
      const here = all.indexOf(tab);
      const there = { ArrowRight: here + 1, ArrowLeft: here - 1, Home: 0, End: all.length - 1 }[event.key];
      if (there === undefined) return;
      event.preventDefault();
      const next = all[(there + all.length) % all.length];
      next.focus();
      select(next);
    });
  }
  const kept = sessionStorage.getItem("persona");
  if (personas.includes(kept)) select(document.getElementById(`tab-${kept}`));
}

// A dot on a tab that is not in front: something new is there.
export function mark(persona, unread) {
  const tab = document.getElementById(`tab-${persona}`);
  if (!tab) return;
  tab.classList.toggle("dot", unread);
  if (unread) tab.setAttribute("aria-description", say("unread"));
  else tab.removeAttribute("aria-description");
}

export function clock() {
  const bar = document.getElementById("clock");
  if (!bar) return;
  const told = document.getElementById("clock-told");
  const picked = document.getElementById("to");
  const show = () => {
    document.getElementById("now").textContent = momentNow();
    picked.min = isoNow();
    if (picked.value < picked.min) picked.value = picked.min;
  };
  const move = async (how) => {
    if (bar.getAttribute("aria-busy") === "true") return;
    bar.setAttribute("aria-busy", "true");
    told.textContent = say("moving");
    try {
      const answer = await fetch("/demo/clock", {
        method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(how),
      });
      if (!answer.ok) throw new Error(String(answer.status));
      const { now: at, moved } = await answer.json();
      setNow(at);
      show();
      told.textContent = say(moved ? "moved" : "nothing_due");
    } catch {
      told.textContent = say("not_moved");
    }
    bar.setAttribute("aria-busy", "false");
  };
  const fold = document.getElementById("fold");
  fold.addEventListener("click", () => {
    const open = bar.parentElement.classList.toggle("open");
    fold.setAttribute("aria-expanded", String(open));
  });
  show();
  setInterval(show, 5_000);
  for (const button of bar.querySelectorAll("[data-by]")) {
    button.addEventListener("click", () => move({ by: button.dataset.by }));
  }
  document.getElementById("clock-to").addEventListener("submit", (event) => {
    event.preventDefault();
    void move({ to: picked.value });
  });
}
