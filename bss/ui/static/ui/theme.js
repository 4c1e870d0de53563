// Light, dark or the system's choice: at once here, remembered in the same cookie the server sets.

document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-appearance]");
  if (!form) return;
  event.preventDefault();
  const choice = event.submitter?.value || "";
  if (choice) document.documentElement.dataset.theme = choice;
  else delete document.documentElement.dataset.theme;
  const age = choice ? 31536000 : 0;
  const secure = location.protocol === "https:" ? "; secure" : "";
  document.cookie = `appearance=${choice}; path=/; max-age=${age}; samesite=lax${secure}`;
  document.querySelectorAll("form[data-appearance] button").forEach((button) => {
    button.setAttribute("aria-pressed", String(button.value === choice));
  });
}, true);
