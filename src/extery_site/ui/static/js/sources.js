// Show the progress of a running search: load its page again while nothing in it has the focus.
if (document.querySelector("[data-reload]")) {
  setInterval(() => {
    if (document.visibilityState === "visible" && document.activeElement.matches("body, #main")) location.reload();
  }, 3000);
}
