// The page of pictures and videos: rows are dragged into their order, and files are dropped. Without it there are buttons.
for (const form of document.querySelectorAll("[data-media-order]")) {
  const rows = () => [...form.querySelectorAll("[data-key]")];
  let dragged = null;

  for (const row of rows()) {
    const grip = row.querySelector(".media-grip");
    grip.hidden = false;
    // Text in the field of a row that can be dragged could not be selected.
    grip.onpointerdown = () => { row.draggable = true; };
    row.onpointerup = () => { row.draggable = false; };
    row.ondragstart = (event) => {
      dragged = row;
      row.dataset.dragged = "";
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", row.dataset.key);
    };
    row.ondragend = () => {
      delete row.dataset.dragged;
      row.draggable = false;
      dragged = null;
      rows().forEach((other) => delete other.dataset.target);
    };
    row.ondragover = (event) => {
      if (!dragged) return;
      event.preventDefault();
      rows().forEach((other) => delete other.dataset.target);
      if (row !== dragged) row.dataset.target = "";
    };
    row.ondrop = (event) => {
      event.preventDefault();
      if (!dragged || dragged === row) return;
      const order = rows();
      const isBelow = order.indexOf(row) > order.indexOf(dragged);
      row[isBelow ? "after" : "before"](dragged);
      form.elements.order.value = rows().map((one) => one.dataset.key).join();
      form.submit();
    };
  }
}

for (const zone of document.querySelectorAll("[data-media-drop]")) {
  const input = zone.querySelector("[type=file]");
  const words = zone.querySelector(".drop-chosen");
  input.onchange = () => {
    const names = [...input.files].map((file) => file.name);
    words.textContent = names.length > 1 ? `${names.length} files: ${names.join(", ")}` : names.join();
    zone.dataset.state = names.length ? "chosen" : "";
  };
  zone.ondragover = () => { zone.dataset.over = ""; };
  zone.ondragleave = zone.ondrop = () => { delete zone.dataset.over; };
}
