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

// "/" puts the cursor into the search, unless one is typing, or the keys are switched off.
document.addEventListener("keydown", (event) => {
  const field = document.querySelector("[data-slash]");
  if (event.key !== "/" || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (!field?.checkVisibility() || "noKeys" in document.body.dataset || event.target.closest("input, textarea, select, [contenteditable], dialog")) return;
  event.preventDefault();
  field.focus();
  field.select();
});

// The bar of "My Blender" applies at once.
const bar = document.querySelector("[data-mine]");
bar?.addEventListener("change", () => bar.requestSubmit());

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
