// While the link is being dragged, the panel says where to let go of it.
for (const handle of document.querySelectorAll("[data-drag]")) {
  const hint = handle.closest("[data-get]")?.querySelector("[data-drag-hint]");
  if (!hint) continue;
  const words = hint.textContent;

  handle.addEventListener("dragstart", (event) => {
    event.dataTransfer.effectAllowed = "copyLink";
    event.dataTransfer.setData("text/uri-list", handle.href);
    event.dataTransfer.setData("text/plain", handle.href);
    hint.textContent = "Now let go over a Blender window.";
    handle.dataset.state = "dragged";
  });
  handle.addEventListener("dragend", () => {
    hint.textContent = words;
    delete handle.dataset.state;
  });
}
