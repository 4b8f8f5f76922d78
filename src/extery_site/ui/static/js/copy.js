// Copy buttons. Without this script they are hidden, and a click selects the text.
for (const box of document.querySelectorAll("[data-copy]")) {
  const button = box.querySelector("[data-copy-button]");
  const label = box.querySelector("[data-copy-label]");
  const code = box.querySelector("code");
  button.hidden = false;
  button.onclick = async () => {
    try {
      await navigator.clipboard.writeText(code.textContent.trim());
      label.textContent = "Copied";
    } catch {
      // The clipboard needs HTTPS: select the text, so that the keyboard shortcut copies it.
      getSelection().selectAllChildren(code);
      label.textContent = "Press Ctrl+C";
    }
    setTimeout(() => { label.textContent = "Copy"; }, 2500);
  };
}
