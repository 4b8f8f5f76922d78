// Switches the colour theme without a page load; without this script the form is submitted.
const { dataset } = document.documentElement;

for (const form of document.querySelectorAll("[data-theme-form]")) {
  form.onsubmit = (event) => {
    const theme = event.submitter?.value;
    if (!theme) return;
    event.preventDefault();
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `extery_theme=${theme}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
    if (theme === "auto") delete dataset.theme;
    else dataset.theme = theme;
    document.querySelector("meta[name=color-scheme]")?.setAttribute("content", theme === "auto" ? "light dark" : theme);
    for (const button of document.querySelectorAll("[data-theme-form] button")) button.ariaPressed = button.value === theme;
    const menu = form.closest("details");
    menu.open = false;
    menu.querySelector("summary").focus();
  };
}
