// The masked page's only motion: show or hide what is being typed.
const show = document.getElementById("show");
const number = document.getElementById("number");
if (show && number) {
  show.hidden = false;
  show.addEventListener("click", () => {
    const shown = number.classList.toggle("shown");
    show.setAttribute("aria-pressed", String(shown));
    show.textContent = shown ? show.dataset.hide : show.dataset.show;
    number.focus();
  });
}
