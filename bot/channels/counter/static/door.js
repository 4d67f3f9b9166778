// The way in and the lock: a page that comes back from the browser's memory is asked for anew.
window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
