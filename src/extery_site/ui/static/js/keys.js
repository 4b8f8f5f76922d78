// Keys of work pages. A key presses, opens or focuses the element with it in data-key: in the current row
// (data-row) if there is one, else outside of rows. The dialog data-keys lists the keys and switches them off.
const list = document.querySelector("[data-keys]");
const toggle = list.querySelector("[data-switch]");
const rows = [...document.querySelectorAll("[data-row]")];
const STORE = "queue-keys";
const isOn = () => list.dataset.keys === "on" && localStorage.getItem(STORE) !== "off";
/** Elements that have a key on several pages. */
const PRESSED = {
  a: '[formaction$="?step=approve"]',
  r: '[form="decide-form"][value="request_changes"]',
  c: '[data-claim], .decide [value="claim"], .decide [value="release"]',
  x: "[name=chosen]",
  "/": "#queue-q, body:not(:has(#queue-q)) #top-q",
};
const FIELDS = "input:not([type=checkbox]), select, textarea";
let at = rows.indexOf(document.getElementById(location.hash.slice(1))?.closest("[data-row]"));

function find(key) {
  const wanted = `[data-key~="${CSS.escape(key)}"]${PRESSED[key] ? `, ${PRESSED[key]}` : ""}`;
  return rows[at]?.querySelector(wanted)
    ?? [...document.querySelectorAll(wanted)].find((one) => !one.closest("[data-row]") && !one.disabled);
}

function setCurrent(number) {
  rows[at]?.removeAttribute("data-current");
  at = number;
  rows[at].setAttribute("data-current", "");
}

function select(number) {
  const row = rows[number];
  if (!row) return;
  setCurrent(number);
  row.querySelector("[data-open], [data-key~=v]")?.focus({ preventScroll: true });
  row.scrollIntoView({ block: row.matches("tr") ? "nearest" : "start" });
}

/** Mark the current file as seen and go to the next one that is not. */
function seen() {
  const isSeen = (row) => row.querySelector("[data-key~=v]")?.ariaPressed !== "false";
  if (at < 0) select(rows.findIndex((row) => !isSeen(row)));
  const button = rows[at]?.querySelector("[data-key~=v]");
  if (!button) return find("v")?.click();
  if (!isSeen(rows[at])) button.click();
  const next = rows.findIndex((row, number) => number > at && !isSeen(row));
  if (next >= 0) select(next);
}

function press(key) {
  let element = find(key);
  if (!element) return false;
  // Changes are asked with tasks, or with a message.
  const message = document.querySelector("#id_reason");
  if (key === "r" && !element.matches(".button-main") && message?.value.trim() === "") element = message;
  if (element.matches(FIELDS)) element.focus();
  else if (element.matches("summary")) {
    element.parentElement.open = true;
    element.parentElement.querySelector("input:not([type=hidden]), textarea")?.focus();
  } else element.click();
  return true;
}

const DONE = {
  j: () => select(Math.min(at + 1, rows.length - 1)),
  k: () => select(Math.max(at - 1, 0)),
  v: seen,
  "?": () => list.showModal(),
};

/** Send the form of the field with its main button. */
function send(field) {
  const buttons = [...(field.form?.elements ?? [])].filter((one) => one.type === "submit" && !one.disabled);
  const button = buttons.find((one) => one.matches(".button-main")) ?? buttons[0];
  if (button) field.form.requestSubmit(button);
}

document.addEventListener("keydown", (event) => {
  if (event.altKey || event.metaKey || document.querySelector("dialog[open]") === list) return;
  if (event.ctrlKey) {
    if (event.key === "Enter" && isOn() && event.target.matches("textarea")) send(event.target);
    return;
  }
  if (event.target.closest(`${FIELDS}, dialog[open]`)) return;
  if (event.key !== "?" && !isOn()) return;
  if (event.repeat && !"jk".includes(event.key)) return;
  if (DONE[event.key]) DONE[event.key]();
  else if (!press(event.key)) return;
  event.preventDefault();
});

document.addEventListener("focusin", (event) => {
  const number = rows.indexOf(event.target.closest("[data-row]"));
  if (number >= 0) setCurrent(number);
});

for (const key of ["a", "r", "t", "[", "]"]) {
  const element = find(key);
  if (!element) continue;
  element.ariaKeyShortcuts = key;
  element.insertAdjacentHTML("beforeend", ` <kbd data-hint aria-hidden="true">${key}</kbd>`);
}

const showHints = () => document.querySelectorAll("[data-hint]").forEach((hint) => { hint.hidden = !isOn(); });
toggle.checked = isOn();
toggle.disabled = list.dataset.keys !== "on";
toggle.onchange = () => {
  localStorage.setItem(STORE, toggle.checked ? "on" : "off");
  showHints();
};
showHints();
