// Switches the colour theme without a page load; without this script the form is submitted.
const root = document.documentElement;
const maxAge = 60 * 60 * 24 * 365;

function apply(theme) {
  if (theme === "auto") delete root.dataset.theme;
  else root.dataset.theme = theme;
  document.querySelector('meta[name="color-scheme"]')?.setAttribute("content", theme === "auto" ? "light dark" : theme);
}

for (const form of document.querySelectorAll("[data-theme-form]")) {
  form.addEventListener("submit", (event) => {
    const theme = event.submitter?.value;
    if (!theme) return;
    event.preventDefault();
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `extery_theme=${theme}; Path=/; Max-Age=${maxAge}; SameSite=Lax${secure}`;
    apply(theme);
    for (const button of form.querySelectorAll("button")) button.setAttribute("aria-pressed", String(button === event.submitter));
    const menu = form.closest("details");
    menu.open = false;
    menu.querySelector("summary").focus();
  });
}
