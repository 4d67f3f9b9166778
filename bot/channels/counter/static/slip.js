// The printed page: the print button, a roll cut to the length of what is on it, and no trace in the history.
import { watch } from "./idle.js";

const MARGIN_MM = 3;
const END_MM = 6; // what the printer's knife wants below the last line
const sheet = document.querySelector(".sheet");

function cut() {
  const length = Math.ceil((sheet.getBoundingClientRect().height * 25.4) / 96) + 2 * MARGIN_MM + END_MM;
  const style = document.getElementById("paper").sheet;
  style.insertRule(`@page { size: 80mm ${length}mm; margin: ${MARGIN_MM}mm; }`, style.cssRules.length);
}

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
