// The box grows with what is written, where the browser does not see to it by itself.
export function grow(box) {
  if (CSS.supports("field-sizing", "content")) return;
  box.style.height = "auto";
  box.style.height = `${box.scrollHeight + 3}px`;
}
