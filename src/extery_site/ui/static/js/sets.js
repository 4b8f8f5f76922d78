// Rows of a set are dragged by their heads; without it, arrows do that.
const form = document.querySelector("[data-order]");
const rows = document.querySelectorAll("[data-entry]");
const ids = (list) => [...list].map((row) => row.dataset.entry).join(" ");
let dragged;

if (rows.length > 1) document.querySelector("[data-order-hint]").hidden = false;
for (const row of rows) {
  const head = row.querySelector(".set-edit-head");
  head.draggable = true;
  head.ondragstart = ({ dataTransfer }) => {
    dragged = row;
    dataTransfer.setData("text/plain", "");
  };
  head.ondragend = () => {
    dragged = null;
    const order = ids(document.querySelectorAll("[data-entry]"));
    if (order === ids(rows)) return;
    form.elements.order.value = order;
    form.submit();
  };
  row.ondragover = (event) => {
    if (!dragged) return;
    event.preventDefault();
    const { top, height } = row.getBoundingClientRect();
    if (dragged !== row) row[event.clientY < top + height / 2 ? "before" : "after"](dragged);
  };
}
