// Confirmation pages open in a dialog, and a form that was sent is not sent again.
// A page to confirm has its form in data-dialog-content; without scripts, or if it cannot be loaded, it is a page.
const CONFIRMED = '[formaction*="/decide/?step="], a[data-dialog]';

/** Ids of the page and of the dialog must differ. */
function renameIds(content) {
  for (const name of ["id", "for", "aria-labelledby", "aria-describedby"]) {
    for (const element of [content, ...content.querySelectorAll(`[${name}]`)]) {
      const value = element.getAttribute(name);
      if (value) element.setAttribute(name, value.replace(/\S+/g, "dialog-$&"));
    }
  }
}

let isOpening = false;

/** Open the page to confirm at `url` in a dialog; false if it cannot be, and it must be loaded as a page. */
async function open(url, options) {
  if (isOpening) return true;
  isOpening = true;
  const isShown = await show(url, options).catch(() => false);
  isOpening = false;
  return isShown;
}

async function show(url, options) {
  const response = await fetch(url, options);
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const content = page.querySelector("[data-dialog-content]");
  if (!response.ok || !content) return false;
  if (!content.getAttribute("action")) content.setAttribute("action", url);
  renameIds(content);
  const dialog = document.createElement("dialog");
  dialog.className = "work-dialog";
  const title = content.querySelector("h1, h2");
  title.id ||= "dialog-title";
  dialog.setAttribute("aria-labelledby", title.id);
  dialog.append(content);
  // Closing it, also with Escape, returns the focus to what had it before.
  dialog.onclose = () => dialog.remove();
  for (const link of content.querySelectorAll("[data-back]")) {
    link.onclick = (event) => {
      event.preventDefault();
      dialog.close();
    };
  }
  document.body.append(dialog);
  dialog.showModal();
  content.querySelector("[data-focus]")?.focus();
  return true;
}

document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[data-dialog]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  if (!(await open(link.href))) location.assign(link.href);
});

document.addEventListener("submit", async (event) => {
  const { target: form, submitter } = event;
  if (event.defaultPrevented || form.method !== "post") return;
  if ("sent" in form.dataset) return event.preventDefault();
  if (submitter?.matches(CONFIRMED) && !("page" in form.dataset)) {
    event.preventDefault();
    if (await open(submitter.formAction, { method: "POST", body: new FormData(form, submitter) })) return;
    form.dataset.page = "";
    form.requestSubmit(submitter);
    return;
  }
  form.dataset.sent = "";
  if (!submitter) return;
  // After the event: a disabled button is not sent.
  setTimeout(() => {
    submitter.disabled = true;
    if (submitter.dataset.sending) submitter.textContent = submitter.dataset.sending;
  });
});

// The page that "back" restores has its forms as they were when they were sent.
addEventListener("pageshow", (event) => {
  if (event.persisted && document.querySelector("[data-sent]")) location.reload();
});
