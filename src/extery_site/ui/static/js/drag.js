// Drag links: set the dragged URL, and update the hint while dragging.
for (const handle of document.querySelectorAll("[data-drag]")) {
  const hint = handle.closest("[data-get]")?.querySelector("[data-drag-hint]");
  if (!hint) continue;
  const text = hint.textContent;

  handle.ondragstart = ({ dataTransfer }) => {
    dataTransfer.effectAllowed = "copyLink";
    for (const type of ["text/uri-list", "text/plain"]) dataTransfer.setData(type, handle.href);
    hint.textContent = hint.dataset.dragHint;
    handle.dataset.state = "dragged";
  };
  handle.ondragend = () => {
    hint.textContent = text;
    delete handle.dataset.state;
  };
}
