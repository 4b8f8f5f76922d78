// The queue: choosing rows, and its filters.
const all = document.querySelector("[data-all]");
const filters = document.querySelector("#filters");

if (all) {
  const boxes = [...document.querySelectorAll("[name=chosen]")];
  const showCount = () => {
    const chosen = boxes.filter((box) => box.checked).length;
    document.querySelector("[data-count]").textContent = chosen ? `${chosen} chosen` : "Chosen";
    all.checked = chosen === boxes.length;
  };
  all.hidden = false;
  all.onchange = () => { for (const box of boxes) box.checked = all.checked; };
  document.addEventListener("change", showCount);
  document.querySelector("#chosen").onreset = () => setTimeout(showCount);
  showCount();
}

// The list is left only when the site can show the next one.
if (filters) filters.onsubmit = async (event) => {
  const list = document.querySelector(".queue-list, .empty");
  const url = `?${new URLSearchParams(new FormData(filters))}`;
  event.preventDefault();
  list.ariaBusy = true;
  const response = await fetch(url, { method: "HEAD" }).catch(() => null);
  list.ariaBusy = null;
  if (response?.ok) return location.assign(url);
  const failed = document.querySelector("[data-failed]");
  failed.hidden = false;
  failed.focus();
};
