// Menus close on Escape and on a click elsewhere; notices can be put away; what went wrong has the focus.
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
  button.setAttribute("aria-label", "Put this notice away");
  button.textContent = "×";
  button.addEventListener("click", () => notice.remove());
  notice.append(button);
}

// A form that comes back leads to the first field to repair, or to what is said of all of it.
const wrong = document.querySelector('main [aria-invalid="true"]') ?? document.querySelector('main [role="alert"]');
if (wrong && !location.hash) {
  if (wrong.matches('[role="alert"]')) wrong.tabIndex = -1;
  wrong.focus();
}
