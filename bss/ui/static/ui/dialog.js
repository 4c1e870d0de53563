// Dialogs, copying and the small manners of menus. Browsers do most of it: popovertarget and command are attributes.

const supportsCommands = "commandForElement" in HTMLButtonElement.prototype;

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (!supportsCommands && button.hasAttribute("commandfor")) runCommand(button);
  if (button.hasAttribute("data-copy")) copy(button);
});

function runCommand(button) {
  const target = document.getElementById(button.getAttribute("commandfor"));
  if (button.getAttribute("command") === "show-modal") target?.showModal();
  if (button.getAttribute("command") === "close") target?.close();
}

// <button data-copy="SO-2026-000123" data-copied="Copied">
async function copy(button) {
  await navigator.clipboard.writeText(button.dataset.copy);
  const text = button.dataset.copied || button.dataset.copy;
  document.dispatchEvent(new CustomEvent("toast", { detail: { kind: "success", text } }));
}

// Arrow keys move through an open menu.
document.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1, Home: -Infinity, End: Infinity }[event.key];
  const menu = event.target.closest?.(".menu, .menu-root");
  const open = menu?.matches?.(".menu") ? menu : menu?.querySelector(".menu:popover-open");
  if (!step || !open || event.target.matches("input, select, textarea")) return;
  const items = [...open.querySelectorAll(".menu-item")];
  if (!items.length) return;
  event.preventDefault();
  const at = items.indexOf(document.activeElement);
  const next = Number.isFinite(step) ? (at + step + items.length) % items.length : step > 0 ? items.length - 1 : 0;
  items[at < 0 && step === -1 ? items.length - 1 : next].focus();
});
