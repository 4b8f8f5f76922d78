// The pages of an extension: the current tab is in view on narrow windows; typing filters the list of what it does.
const current = document.querySelector(".ext-tabs [aria-current]");
if (current) {
  const tabs = current.parentElement;
  tabs.scrollLeft = current.offsetLeft - tabs.offsetLeft - (tabs.clientWidth - current.offsetWidth) / 2;
}

const field = document.querySelector("[data-filter]");
if (field) {
  const boxes = document.getElementById(field.dataset.filter).querySelectorAll("details");
  field.addEventListener("input", () => {
    const text = field.value.trim().toLowerCase();
    for (const box of boxes) {
      let found = 0;
      for (const line of box.querySelectorAll("li")) {
        line.hidden = !line.textContent.toLowerCase().includes(text);
        found += !line.hidden;
      }
      box.hidden = !found;
    }
  });
}
