// Show the progress of a running search: load its page again while nothing in it has the focus.
const running = document.querySelector("[data-reload]");

if (running) {
  setInterval(() => {
    const focused = document.activeElement;
    if (document.visibilityState === "visible" && (focused === document.body || focused.id === "main")) location.reload();
  }, 3000);
}
