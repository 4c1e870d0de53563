// Forms: unsaved changes are never lost silently, a form is sent once, and the error summary gets the focus.

const dirty = new Set();

document.addEventListener("input", (event) => {
  const form = event.target.closest("form[data-guard]");
  if (form) dirty.add(form);
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  dirty.delete(form);
  if (event.defaultPrevented || form.method === "dialog" || event.submitter?.formMethod === "dialog") return;
  if (form.method !== "post") return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "1";
  event.submitter?.setAttribute("aria-busy", "true");
});

// Back from the next page, or after a partial answer, the form may be sent again.
function release(root) {
  root.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent);
  root.querySelectorAll("form [aria-busy]").forEach((button) => button.removeAttribute("aria-busy"));
}
addEventListener("pageshow", () => release(document));
document.addEventListener("htmx:afterRequest", () => release(document));

addEventListener("beforeunload", (event) => {
  if ([...dirty].some((form) => form.isConnected)) event.preventDefault();
});

document.querySelector("[data-guard] #problems")?.focus();

// The error summary leads to the input itself, not only to its place.
document.addEventListener("click", (event) => {
  const link = event.target.closest("#problems a");
  const target = link && document.getElementById(link.hash.slice(1));
  const input = target?.matches("input, select, textarea") ? target : target?.querySelector("input, select, textarea");
  if (input) {
    event.preventDefault();
    input.focus();
  }
});
