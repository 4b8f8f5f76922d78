// Choosing rows: all of them, and how many are chosen. Keys are in keys.js, buttons that are being sent in dialogs.js.
const rows = [...document.querySelectorAll("[data-row]")];
const all = document.querySelector("[data-all]");
const boxes = rows.map((row) => row.querySelector("[name=chosen]"));
const count = document.querySelector("[data-count]");

const showCount = () => {
  const chosen = boxes.filter((box) => box.checked).length;
  if (count) count.textContent = chosen ? `${chosen} chosen` : "Chosen";
  if (all) all.checked = chosen > 0 && chosen === boxes.length;
};

document.addEventListener("change", showCount);
document.querySelector("#chosen")?.addEventListener("reset", () => setTimeout(showCount));
if (all) {
  all.hidden = false;
  all.addEventListener("change", () => { for (const box of boxes) box.checked = all.checked; showCount(); });
}
showCount();
