// The texts of a page: saved while one types, a preview beside them, and no text lost without a connection or by a second tab.
const WAIT = 800;
const RETRY_SECONDS = 5;
const form = document.querySelector("[data-save]");
const saved = document.querySelector("[data-saved]");
const words = Object.fromEntries([...document.querySelector("[data-words]").content.children].map((one) => [one.dataset.word, one.textContent]));
const fields = [...form.querySelectorAll("textarea, input[type=url]")].filter((one) => !one.readOnly);
// What the server sent: a text may have been typed, or restored by the browser, before this script runs.
const values = new Map(fields.map((one) => [one.name, one.defaultValue]));
let timer = 0;
let sending = false;
let savedAt = 0;

const changed = () => fields.filter((one) => one.value !== values.get(one.name) && !one.dataset.conflict);
const say = (name, value = "") => { saved.textContent = words[name].replace("%s", value); };
const stamp = (name) => form.elements[`stamp-${name}`];

function later(milliseconds = WAIT) {
  clearTimeout(timer);
  timer = setTimeout(save, milliseconds);
}

function showErrors(errors) {
  for (const field of fields) {
    field.toggleAttribute("aria-invalid", false);
    document.getElementById(`${field.id}_error`)?.remove();
    const text = errors[field.name];
    if (!text) continue;
    field.setAttribute("aria-invalid", "true");
    const note = document.createElement("ul");
    note.className = "errorlist";
    note.id = `${field.id}_error`;
    note.innerHTML = "<li></li>";
    note.firstChild.textContent = text;
    field.before(note);
  }
}

/** Show the text that someone else saved, and let the author choose; neither is lost. */
function showConflict(name, text, present) {
  const field = form.elements[name];
  if (field.dataset.conflict) return;
  field.dataset.conflict = "1";
  const note = document.createElement("div");
  note.className = "notice notice-warning";
  note.setAttribute("role", "alert");
  note.innerHTML = '<div class="stack stack-tight"><p></p><pre class="other-text"></pre><p class="row"><button class="button button-small" type="button"></button><button class="button button-small" type="button"></button></p></div>';
  const [theirs, mine] = note.querySelectorAll("button");
  note.querySelector("p").textContent = words.other.replace("%s", name);
  note.querySelector("pre").textContent = text;
  theirs.textContent = words.theirs;
  mine.textContent = words.mine;
  const end = () => {
    stamp(name).value = present;
    delete field.dataset.conflict;
    note.remove();
    field.focus();
    later(0);
  };
  theirs.onclick = () => { field.value = text; values.set(name, text); end(); };
  mine.onclick = end;
  field.before(note);
}

async function save() {
  const dirty = changed();
  if (!dirty.length || sending) return;
  sending = true;
  say("saving");
  const sent = new Map(dirty.map((one) => [one.name, one.value]));
  const body = new FormData();
  for (const [name, value] of sent) {
    body.set(name, value);
    body.set(`stamp-${name}`, stamp(name).value);
  }
  const headers = { "X-CSRFToken": form.elements.csrfmiddlewaretoken.value };
  const answer = await fetch(form.dataset.save, { method: "POST", body, headers }).catch(() => null);
  const data = await answer?.json().catch(() => null);
  sending = false;
  if (!answer || !data || answer.status >= 500) {
    say("offline", RETRY_SECONDS);
    later(1000 * RETRY_SECONDS);
    return;
  }
  showErrors(data.fields && !Object.keys(data.conflicts).length ? data.fields : {});
  if (answer.ok) {
    for (const [name, value] of sent) {
      values.set(name, value);
      stamp(name).value = data.stamps[name];
    }
    for (const [name, html] of Object.entries(data.html)) document.querySelector(`[data-html="${name}"]`).innerHTML = html;
    // The steps are not replaced while one of them has the focus.
    const parts = { steps_nav: ".steps-nav", bar_state: ".submit-bar-state" };
    for (const [name, selector] of Object.entries(parts)) {
      const old = document.querySelector(selector);
      if (!old.contains(document.activeElement)) old.outerHTML = data.states[name];
    }
    savedAt = Date.now();
    say("saved");
  } else {
    for (const [name, text] of Object.entries(data.conflicts)) showConflict(name, text, data.stamps[name]);
    say(Object.keys(data.conflicts).length ? "conflict" : "wrong");
    return;
  }
  if (changed().length) later();
}

for (const field of fields) field.addEventListener("input", () => later());
if (changed().length) later();
setInterval(() => { if (savedAt && !changed().length) say("seconds", Math.round((Date.now() - savedAt) / 1000)); }, 10_000);
window.addEventListener("online", () => later(0));
window.addEventListener("beforeunload", (event) => { if (changed().length && !form.dataset.left) event.preventDefault(); });
form.addEventListener("submit", () => { form.dataset.left = "1"; });
document.addEventListener("click", async (event) => {
  const link = event.target.closest(".steps-nav a");
  if (!link || !changed().length || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  await save();
  if (!changed().length) location.assign(link.href);
});

// The preview: as a page, a card and a row in Blender; on a phone either the form or the preview.
const frame = document.querySelector(".preview-frame");
const tools = document.querySelector("[data-tools]");
tools.hidden = false;
function choose(button) {
  for (const one of button.parentElement.children) one.setAttribute("aria-pressed", String(one === button));
}
for (const button of tools.querySelectorAll("button")) {
  button.onclick = () => {
    choose(button);
    if (button.dataset.width) frame.dataset.width = button.dataset.width;
    else for (const part of frame.children) part.hidden = part.dataset.of !== button.dataset.view;
  };
}
tools.querySelector("button").click();
const both = document.querySelector("[data-switch]");
both.hidden = false;
for (const button of both.children) {
  button.onclick = () => {
    choose(button);
    document.querySelector(".submit-write").dataset.show = button.dataset.show;
  };
}
both.firstElementChild.click();
