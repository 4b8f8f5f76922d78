// Drag handles: set the dragged URL, and update the hint while dragging. A link has its URL, a button names it in data-drag.
for (const handle of document.querySelectorAll("[data-drag]")) {
  const hint = (handle.closest(".ext-get") ?? handle.closest("[data-get]"))?.querySelector("[data-drag-hint]");
  const text = hint?.textContent;

  handle.addEventListener("dragstart", ({ dataTransfer }) => {
    dataTransfer.effectAllowed = "copyLink";
    const url = handle.dataset.drag || handle.href;
    for (const type of ["text/uri-list", "text/plain"]) dataTransfer.setData(type, url);
    if (hint) hint.textContent = hint.dataset.dragHint;
    handle.dataset.state = "dragged";
  });
  handle.addEventListener("dragend", () => {
    if (hint) hint.textContent = text;
    delete handle.dataset.state;
  });
}
