// Suggestions below a search field: arrows move, Enter follows the marked one, Ctrl Enter searches, Esc closes.
const WAIT = 150;
const MIN_LENGTH = 2;

function option(list, url, parts) {
  const item = document.createElement("li");
  item.role = "option";
  item.id = `${list.id}-${list.childElementCount}`;
  item.ariaSelected = "false";
  item.dataset.url = url;
  for (const [name, text] of parts) {
    const part = document.createElement("span");
    part.className = name;
    part.dir = "auto";
    part.textContent = text;
    item.append(part, " ");
  }
  list.append(item);
}

function suggestFor(input) {
  const list = document.createElement("ul");
  list.id = `${input.id}-suggestions`;
  list.className = "suggestions";
  list.role = "listbox";
  list.ariaLabel = "Suggestions";
  list.hidden = true;
  input.after(list);
  input.role = "combobox";
  input.autocomplete = "off";
  input.ariaAutoComplete = "list";
  input.ariaExpanded = "false";
  input.setAttribute("aria-controls", list.id);
  let timer = 0;
  let request = null;
  let marked = -1;

  function show(isShown) {
    list.hidden = !isShown;
    input.ariaExpanded = String(isShown);
    if (!isShown) markOne(-1);
  }

  function markOne(number) {
    const options = [...list.children];
    marked = number;
    options.forEach((one, index) => { one.ariaSelected = String(index === number); });
    if (number < 0) input.removeAttribute("aria-activedescendant");
    else {
      input.setAttribute("aria-activedescendant", options[number].id);
      options[number].scrollIntoView({ block: "nearest" });
    }
  }

  async function load() {
    request?.abort();
    request = new AbortController();
    const text = input.value.trim();
    if (text.length < MIN_LENGTH) return show(false);
    try {
      const response = await fetch(`${input.dataset.suggest}?q=${encodeURIComponent(text)}`, { signal: request.signal });
      if (!response.ok) return show(false);
      const found = await response.json();
      list.replaceChildren();
      for (const one of found.extensions) option(list, one.url, [["suggestion-name", one.name], ["suggestion-note", one.type]]);
      for (const one of found.does) option(list, one.url, [["suggestion-name", one.text], ["suggestion-note", "What it does"]]);
      if (list.childElementCount) option(list, found.url, [["suggestion-all", `See all results for “${text}”`]]);
      markOne(-1);
      show(list.childElementCount > 0 && document.activeElement === input);
    } catch (error) {
      if (error.name !== "AbortError") show(false);
    }
  }

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(load, WAIT);
  });
  input.addEventListener("keydown", (event) => {
    const count = list.childElementCount;
    if (event.isComposing) return;
    if ((event.key === "ArrowDown" || event.key === "ArrowUp") && count) {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      if (list.hidden) show(true);
      // The field itself is one of the places.
      markOne(((marked + 1 + step + count + 1) % (count + 1)) - 1);
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      show(false);
    } else if (event.key === "Enter" && !list.hidden && marked >= 0 && !event.ctrlKey) {
      event.preventDefault();
      location.assign(list.children[marked].dataset.url);
    } else if (event.key === "Enter" && event.ctrlKey) {
      event.preventDefault();
      input.form.requestSubmit();
    }
  });
  input.addEventListener("blur", () => {
    clearTimeout(timer);
    request?.abort();
    show(false);
  });
  // Before the field loses the focus.
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const chosen = event.target.closest("[role=option]");
    if (chosen) location.assign(chosen.dataset.url);
  });
}

for (const input of document.querySelectorAll("input[data-suggest]")) suggestFor(input);
