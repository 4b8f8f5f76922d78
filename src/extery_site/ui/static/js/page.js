// Close menus on Escape and outside clicks, add close buttons to notices, focus the first form error.
const menus = document.querySelectorAll("details[data-menu]");

document.addEventListener("click", (event) => {
  for (const menu of menus) if (menu.open && !menu.contains(event.target)) menu.open = false;
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of menus) {
    if (!menu.open) continue;
    menu.open = false;
    if (menu.contains(document.activeElement)) menu.querySelector("summary").focus();
  }
});

for (const menu of menus) {
  menu.addEventListener("focusout", (event) => {
    if (event.relatedTarget && !menu.contains(event.relatedTarget)) menu.open = false;
  });
}

for (const notice of document.querySelectorAll("[data-notice]")) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button button-quiet";
  button.setAttribute("aria-label", "Dismiss");
  button.textContent = "×";
  button.addEventListener("click", () => notice.remove());
  notice.append(button);
}

// Focus the first invalid field, or the message about the whole form.
const invalid = document.querySelector('main [aria-invalid="true"]') ?? document.querySelector('main [role="alert"]');
if (invalid && !location.hash) {
  if (invalid.matches('[role="alert"]')) invalid.tabIndex = -1;
  invalid.focus();
}
