// Keys, choosing all rows, and buttons that show that a form is being sent.
const rows = [...document.querySelectorAll("[data-row]")];
const dialog = document.querySelector("[data-keys]");
const all = document.querySelector("[data-all]");
const boxes = rows.map((row) => row.querySelector("[name=chosen]"));
const count = document.querySelector("[data-count]");
const STORE = "queue-keys";
const isOn = () => localStorage.getItem(STORE) !== "off";
let at = -1;

const showHints = () => document.querySelectorAll("[data-hint]").forEach((hint) => { hint.hidden = !isOn(); });
const showCount = () => {
  const chosen = boxes.filter((box) => box.checked).length;
  if (count) count.textContent = chosen ? `${chosen} chosen` : "Chosen";
  if (all) all.checked = chosen > 0 && chosen === boxes.length;
};

function move(step) {
  if (!rows.length) return;
  rows[at]?.removeAttribute("data-current");
  at = Math.min(Math.max(at + step, 0), rows.length - 1);
  rows[at].setAttribute("data-current", "");
  rows[at].querySelector("[data-open]").focus({ preventScroll: true });
  rows[at].scrollIntoView({ block: "nearest" });
}

const KEYS = {
  j: () => move(1),
  k: () => move(-1),
  n: () => document.querySelector("[data-key=n]")?.click(),
  c: () => rows[at]?.querySelector("[data-claim]")?.click(),
  x: () => boxes[at]?.click(),
  "/": () => document.querySelector("#queue-q")?.focus(),
  "?": () => dialog?.showModal(),
};

document.addEventListener("keydown", (event) => {
  if (!isOn() && event.key !== "?") return;
  if (event.ctrlKey || event.metaKey || event.altKey || dialog?.open) return;
  if (event.target.closest("input:not([type=checkbox]), select, textarea")) return;
  if (!KEYS[event.key]) return;
  event.preventDefault();
  KEYS[event.key]();
});

document.addEventListener("focusin", (event) => {
  const row = event.target.closest("[data-row]");
  if (row && rows.indexOf(row) !== at) {
    rows[at]?.removeAttribute("data-current");
    at = rows.indexOf(row);
    row.setAttribute("data-current", "");
  }
});

document.addEventListener("submit", ({ submitter }) => {
  if (submitter?.dataset.sending) setTimeout(() => { submitter.disabled = true; submitter.textContent = submitter.dataset.sending; });
});

document.addEventListener("change", showCount);
document.querySelector("#chosen")?.addEventListener("reset", () => setTimeout(showCount));
if (all) {
  all.hidden = false;
  all.addEventListener("change", () => { for (const box of boxes) box.checked = all.checked; showCount(); });
}
const toggle = document.querySelector("[data-switch]");
if (toggle) {
  toggle.checked = isOn();
  toggle.addEventListener("change", () => { localStorage.setItem(STORE, toggle.checked ? "on" : "off"); showHints(); });
}
at = rows.indexOf(document.getElementById(location.hash.slice(1)));
showHints();
showCount();
