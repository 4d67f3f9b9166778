// The printed page: the print button, a roll cut to the length of what is on it, a slip made to fit one sheet of A4,
// and no trace in the history.
import { watch } from "./idle.js";

const MARGIN_MM = 3;
const END_MM = 6; // what the printer's knife wants below the last line
const A4_MM = 297 - 2 * 14; // what slip-a4.css leaves between its margins
const SMALLEST = 0.75; // of the large type; a slip that wants less runs on to a second sheet
const sheet = document.querySelector(".sheet");

function cut() {
  const length = Math.ceil((sheet.getBoundingClientRect().height * 25.4) / 96) + 2 * MARGIN_MM + END_MM;
  const style = document.getElementById("paper").sheet;
  style.insertRule(`@page { size: 80mm ${length}mm; margin: ${MARGIN_MM}mm; }`, style.cssRules.length);
}

function fit() {
  const length = () => [...sheet.children].at(-1).getBoundingClientRect().bottom - sheet.firstElementChild.getBoundingClientRect().top;
  for (let size = 1; size > SMALLEST && (length() * 25.4) / 96 > A4_MM; size -= 0.02) sheet.style.setProperty("--size", size);
}

if (document.body.dataset.paper === "a4" && !sheet.classList.contains("letter")) void document.fonts.ready.then(fit);
if (document.body.dataset.paper === "80mm") void document.fonts.ready.then(cut);
document.getElementById("print").addEventListener("click", () => window.print());
for (const link of document.querySelectorAll("[data-replace]")) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    location.replace(link.href);
  });
}
document.addEventListener("keydown", ({ key }) => { if (key === "Escape") location.replace("/desk"); });
watch();
