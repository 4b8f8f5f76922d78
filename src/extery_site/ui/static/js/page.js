// Close menus on Escape and outside clicks, add close buttons to notices, focus the first form error.
const menus = document.querySelectorAll("details[data-menu]");

document.addEventListener("click", (event) => {
  for (const menu of menus) if (menu.open && !menu.contains(event.target)) menu.open = false;
});

document.addEventListener("keydown", (event) => {
  for (const menu of menus) {
    if (event.key !== "Escape" || !menu.open) continue;
    menu.open = false;
    if (menu.contains(document.activeElement)) menu.querySelector("summary").focus();
  }
});

for (const menu of menus) {
  menu.addEventListener("focusout", ({ relatedTarget }) => {
    if (relatedTarget && !menu.contains(relatedTarget)) menu.open = false;
  });
}

for (const notice of document.querySelectorAll("[data-notice]")) {
  notice.insertAdjacentHTML("beforeend", '<button class="button button-quiet" type="button" aria-label="Dismiss">×</button>');
  notice.lastChild.onclick = () => notice.remove();
}

// Focus the first invalid field, or the message about the whole form.
const invalid = document.querySelector("main [aria-invalid=true]") ?? document.querySelector("main [role=alert]");
if (invalid && !location.hash) {
  if (invalid.matches("[role=alert]")) invalid.tabIndex = -1;
  invalid.focus();
}
