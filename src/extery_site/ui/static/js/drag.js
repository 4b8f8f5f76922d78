// Drag links: set the dragged URL, and update the hint while dragging.
for (const handle of document.querySelectorAll("[data-drag]")) {
  const hint = handle.closest("[data-get]")?.querySelector("[data-drag-hint]");
  if (!hint) continue;
  const text = hint.textContent;

  handle.addEventListener("dragstart", (event) => {
    event.dataTransfer.effectAllowed = "copyLink";
    event.dataTransfer.setData("text/uri-list", handle.href);
    event.dataTransfer.setData("text/plain", handle.href);
    hint.textContent = hint.dataset.dragHint;
    handle.dataset.state = "dragged";
  });
  handle.addEventListener("dragend", () => {
    hint.textContent = text;
    delete handle.dataset.state;
  });
}
