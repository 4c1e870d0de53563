// The keyboard: any element with data-key is pressed by its key; j, k and x walk a list.

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if (document.querySelector("dialog:modal")) return;
  const bound = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (bound) press(event, bound);
  else if ("jk".includes(event.key)) move(event, event.key === "j" ? 1 : -1);
  else if (event.key === "x") tick(event);
});

function typing(target) {
  return target.isContentEditable || target.matches("input:not([type=checkbox], [type=radio]), select, textarea");
}

function press(event, element) {
  event.preventDefault();
  element.focus();
  if (element.matches("input")) element.select();
  else element.click();
}

function move(event, step) {
  const links = [...document.querySelectorAll(".table .row-link")];
  if (!links.length) return;
  event.preventDefault();
  const row = document.activeElement.closest("tr");
  const at = links.findIndex((link) => link.closest("tr") === row);
  links[Math.max(0, Math.min(links.length - 1, at + step))].focus();
}

function tick(event) {
  const box = document.activeElement.closest("tr")?.querySelector(".tick input");
  if (!box) return;
  event.preventDefault();
  box.click();
}
