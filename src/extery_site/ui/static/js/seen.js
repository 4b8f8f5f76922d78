// Marks of files as seen without loading the page again.
const form = document.querySelector("#seen");

function show(button, isSeen) {
  const row = document.querySelector(`[data-seen-row="${button.value}"]`);
  const content = button.closest(".diff").querySelector(".diff-content");
  button.name = isSeen ? "unseen" : "seen";
  button.ariaPressed = isSeen;
  content.open = !isSeen;
  row.classList.toggle("is-seen", isSeen);
  row.querySelector("[data-seen-word]").textContent = isSeen ? "Seen: " : "Not seen: ";
  for (const count of document.querySelectorAll("[data-seen-count]")) count.textContent = +count.textContent + (isSeen ? 1 : -1);
}

form?.addEventListener("submit", async (event) => {
  const { submitter: button } = event;
  const isSeen = button.name === "seen";
  event.preventDefault();
  const body = new FormData(form, button);
  show(button, isSeen);
  // The answer to a mark that was saved leads to the page again; keepalive: it is saved when the page is left.
  const response = await fetch(form.action, { method: "POST", body, redirect: "manual", keepalive: true }).catch(() => null);
  if (response?.type === "opaqueredirect") return;
  show(button, !isSeen);
  form.submit();
});
