// A button beside a line to copy. It is hidden without this script: the line can be selected with one click.
for (const box of document.querySelectorAll("[data-copy]")) {
  const button = box.querySelector("[data-copy-button]");
  const label = box.querySelector("[data-copy-label]");
  const line = box.querySelector("code");
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(line.textContent.trim());
      label.textContent = "Copied";
    } catch {
      // Not every address is allowed to write to the clipboard: select the line, the reader presses the keys.
      getSelection().selectAllChildren(line);
      label.textContent = "Press Ctrl+C";
    }
    setTimeout(() => { label.textContent = "Copy"; }, 2500);
  });
}
