// Nobody at the page for a while: it locks itself, on the server too. Somebody typing or reading keeps it open.
const LOCK_MS = Number(document.body.dataset.lock) * 1000;
const TELL_MS = 60_000;
let active = Date.now();
let told = Date.now();

export const post = (address, body = {}) => fetch(address, {
  method: "POST",
  headers: { "Content-Type": "application/json" },
  body: JSON.stringify(body),
});

export async function lock() {
  document.body.hidden = true;
  try { await post("/desk/lock"); } finally { location.replace("/desk"); }
}

export function watch() {
  const seen = () => {
    if (Date.now() - active > LOCK_MS) return void lock();
    active = Date.now();
    if (active - told < TELL_MS) return;
    told = active;
    void post("/desk/alive").then((answer) => { if (!answer.ok) location.replace("/desk"); }).catch(() => {});
  };
  for (const kind of ["keydown", "pointerdown", "wheel"]) document.addEventListener(kind, seen, { passive: true });
  const look = () => { if (Date.now() - active > LOCK_MS) void lock(); };
  setInterval(look, 5_000);
  document.addEventListener("visibilitychange", look);
  window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
}
