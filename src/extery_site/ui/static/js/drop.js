// A file can be dropped on the whole zone, and its name and size are shown before it is sent.
const zones = document.querySelectorAll("[data-drop]");

function size(bytes) {
  const steps = ["bytes", "KB", "MB", "GB"];
  let step = 0;
  while (bytes >= 1000 && step < steps.length - 1) {
    bytes /= 1000;
    step += 1;
  }
  return `${step ? bytes.toFixed(1) : bytes} ${steps[step]}`;
}

for (const zone of zones) {
  const input = zone.querySelector('input[type="file"]');
  const chosen = zone.querySelector("[data-drop-chosen]");
  const limit = Number(zone.dataset.dropLimit);

  const tell = () => {
    const file = input.files[0];
    chosen.textContent = "";
    delete zone.dataset.state;
    input.setCustomValidity("");
    if (!file) return;
    chosen.textContent = `${file.name}, ${size(file.size)}`;
    zone.dataset.state = "chosen";
    if (limit && file.size > limit) {
      const sentence = `This file has ${size(file.size)}; the limit is ${size(limit)}.`;
      input.setCustomValidity(sentence);
      chosen.textContent += `. ${sentence}`;
      zone.dataset.state = "too-large";
    }
  };

  input.addEventListener("change", tell);
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
    tell();
  });
}

// A file that misses its zone must not replace the page.
for (const name of ["dragover", "drop"]) {
  addEventListener(name, (event) => {
    if (event.dataTransfer?.types.includes("Files") && !event.target.closest("[data-drop]")) event.preventDefault();
  });
}
