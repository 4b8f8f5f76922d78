// Order of a set: rows that are dragged to another place. Without this script, the arrows do the same.
const form = document.querySelector("[data-order]");
const rows = () => [...document.querySelectorAll("[data-entry]")];
const ids = () => rows().map((row) => row.dataset.entry).join(" ");

if (form && rows().length > 1) {
  const before = ids();
  let dragged = null;
  document.querySelector("[data-order-hint]").hidden = false;
  for (const row of rows()) {
    // Texts in fields can be selected: only the head of a row is dragged.
    const head = row.querySelector(".set-edit-head");
    head.draggable = true;
    head.ondragstart = ({ dataTransfer }) => {
      dragged = row;
      dataTransfer.effectAllowed = "move";
      dataTransfer.setData("text/plain", row.dataset.entry);
      row.dataset.state = "dragged";
    };
    head.ondragend = () => {
      delete row.dataset.state;
      dragged = null;
      if (ids() === before) return;
      form.elements.order.value = ids();
      form.submit();
    };
    row.ondragover = (event) => {
      if (!dragged) return;
      event.preventDefault();
      if (dragged === row) return;
      const { top, height } = row.getBoundingClientRect();
      row[event.clientY < top + height / 2 ? "before" : "after"](dragged);
    };
  }
}
