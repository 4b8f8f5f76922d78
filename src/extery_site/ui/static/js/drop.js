// Drop zones for uploads: show name and size of the selected file, and check the size limit.
const zones = document.querySelectorAll("[data-drop]");

function formatSize(bytes) {
  const units = ["bytes", "KB", "MB", "GB"];
  let unit = 0;
  while (bytes >= 1000 && unit < units.length - 1) {
    bytes /= 1000;
    unit += 1;
  }
  return `${unit ? bytes.toFixed(1) : bytes} ${units[unit]}`;
}

for (const zone of zones) {
  const input = zone.querySelector('input[type="file"]');
  const label = zone.querySelector("[data-drop-chosen]");
  const limit = Number(zone.dataset.dropLimit);

  const update = () => {
    const file = input.files[0];
    label.textContent = "";
    delete zone.dataset.state;
    input.setCustomValidity("");
    if (!file) return;
    label.textContent = `${file.name}, ${formatSize(file.size)}`;
    zone.dataset.state = "chosen";
    if (limit && file.size > limit) {
      const message = `This file has ${formatSize(file.size)}; the limit is ${formatSize(limit)}.`;
      input.setCustomValidity(message);
      label.textContent += `. ${message}`;
      zone.dataset.state = "too-large";
    }
  };

  input.addEventListener("change", update);
  zone.addEventListener("dragover", (event) => {
    event.preventDefault();
    zone.dataset.over = "";
  });
  zone.addEventListener("dragleave", () => delete zone.dataset.over);
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    delete zone.dataset.over;
    if (!event.dataTransfer.files.length) return;
    input.files = event.dataTransfer.files;
    update();
  });
}

// A file dropped outside a zone must not navigate away from the page.
for (const name of ["dragover", "drop"]) {
  addEventListener(name, (event) => {
    if (event.dataTransfer?.types.includes("Files") && !event.target.closest("[data-drop]")) event.preventDefault();
  });
}
