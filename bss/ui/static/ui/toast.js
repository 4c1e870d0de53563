// Toasts: from Django messages in the page, and from HX-Trigger: {"toast": {"kind", "text", "detail", "url", "link"}}.

const region = document.getElementById("toasts");
const STAY = 8000;

region?.addEventListener("click", (event) => {
  if (event.target.closest(".toast-close")) event.target.closest(".toast").remove();
});

// htmx dispatches on the element that asked; the event bubbles to here.
document.addEventListener("toast", (event) => show(event.detail));

export function show({ kind = "info", text = "", detail = "", url = "", link = "" }) {
  if (!region) return;
  const toast = element("div", "toast");
  toast.dataset.kind = kind;
  const words = element("div", "toast-text", text);
  if (detail) words.append(element("span", "muted", detail));
  toast.append(element("span", "toast-mark"), words);
  if (url) {
    const anchor = element("a", "toast-link", link || url);
    anchor.href = url;
    toast.append(anchor);
  }
  const close = element("button", "icon-btn small toast-close", "×");
  close.type = "button";
  close.setAttribute("aria-label", region.dataset.dismiss);
  toast.append(close);
  region.append(toast);
  leaveLater(toast);
}

function element(tag, css, text = "") {
  const made = document.createElement(tag);
  made.className = css;
  made.textContent = text;
  return made;
}

// Errors stay until they are dismissed; nothing leaves while it is pointed at or focused.
function leaveLater(toast) {
  if (["danger", "error", "warning"].includes(toast.dataset.kind)) return;
  setTimeout(() => (toast.matches(":hover, :focus-within") ? leaveLater(toast) : toast.remove()), STAY);
}

region?.querySelectorAll(".toast").forEach(leaveLater);
