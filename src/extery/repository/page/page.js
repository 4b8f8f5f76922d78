"use strict";
(() => {
  const at = (id) => document.getElementById(id);
  const address = at("repository");
  const copy = at("copy");
  if (address) {
    // The link is relative until here, so that the folder may lie anywhere.
    address.href = new URL(address.getAttribute("href"), location.href.split(/[?#]/)[0]).href;
    address.textContent = address.href;
  }
  if (address && copy) {
    copy.hidden = false;
    copy.onclick = async () => {
      try {
        await navigator.clipboard.writeText(address.href);
      } catch {
        // Pages from plain http have no clipboard; selected text can still be copied.
        getSelection().selectAllChildren(address);
        document.execCommand("copy");
      }
      copy.textContent = "Copied";
      setTimeout(() => (copy.textContent = "Copy"), 2000);
    };
  }

  const form = at("find");
  if (!form) return;
  const names = ["q", "t", "g", "b", "p", "r", "s"];
  const sections = [...document.querySelectorAll("section[data-t]")];
  const all = form.elements.count.value;
  const found = sections.flatMap((section) => [...section.querySelectorAll("article")]);
  const cards = [];
  let order = "";

  const words = (element) => element.textContent.toLowerCase();
  function read(element) {
    const type = element.closest("section").dataset.t;
    let text = words(element.querySelector("dd"));
    for (const part of element.children)
      if (/^(H3|P)$/.test(part.tagName) && !part.classList.contains("contrast")) text += " " + words(part);
    const links = [...element.querySelectorAll("li")].map((line) => {
      const [low, high] = line.dataset.b.split(" ").map(Number);
      return { line, low, high, systems: line.dataset.p?.split(" ") };
    });
    return {
      element, type, text, links,
      tags: [...element.querySelectorAll(".tags b")].map((tag) => tag.textContent),
      asks: (element.dataset.r || "").split(" ").filter(Boolean),
      date: element.dataset.d || "",
    };
  }

  function readMore(count) {
    while (count-- && cards.length < found.length) cards.push(read(found[cards.length]));
  }

  // Thousands of cards are read while nobody waits, so that the first letter finds at once.
  const idle = window.requestIdleCallback || setTimeout;
  function readAhead() {
    readMore(100);
    if (cards.length < found.length) idle(readAhead);
  }

  const suits = (link, want) =>
    (!want.b || (link.low < want.b + 1000 && (!link.high || link.high > want.b))) &&
    (!want.p || !link.systems || link.systems.includes(want.p));

  function show(card, want) {
    let any = false;
    for (const link of card.links) {
      const fits = suits(link, want);
      if (link.line.hidden === fits) link.line.hidden = !fits;
      any ||= fits;
    }
    return (
      (any || !card.links.length) &&
      (!want.t || card.type === want.t) &&
      (!want.g || card.tags.includes(want.g)) &&
      (!want.r || (want.r === "-" ? !card.asks.length : !card.asks.includes(want.r))) &&
      want.words.every((word) => card.text.includes(word))
    );
  }

  function sort(by) {
    if (by === order) return;
    order = by;
    for (const section of sections) {
      const own = cards.filter((card) => card.type === section.dataset.t);
      if (by) own.sort((a, b) => (a.date < b.date) - (a.date > b.date));
      section.querySelector(".cards").append(...own.map((card) => card.element));
    }
  }

  function find() {
    readMore(Infinity);
    const want = Object.fromEntries(names.map((name) => [name, form.elements[name]?.value || ""]));
    want.words = want.q.toLowerCase().split(/\s+/).filter(Boolean);
    want.b = Number(want.b);
    sort(want.s);
    const counts = {};
    let total = 0;
    for (const card of cards) {
      const fits = show(card, want);
      if (card.element.hidden === fits) card.element.hidden = !fits;
      if (fits) counts[card.type] = (counts[card.type] || 0) + 1;
      total += fits;
    }
    for (const section of sections) {
      section.hidden = !counts[section.dataset.t];
      section.querySelector("h2 span").textContent = (counts[section.dataset.t] || 0).toLocaleString("en");
    }
    const every = total === cards.length;
    form.elements.count.value = every ? all : total
      ? `${total.toLocaleString("en")} of ${cards.length.toLocaleString("en")} fit.`
      : "Nothing fits.";
    form.querySelector("button").hidden = every;
  }

  // What is looked for stands in the address, to be sent to others and to come back to.
  function remember() {
    const set = names.map((name) => [name, form.elements[name]?.value || ""]).filter(([, value]) => value);
    const hash = new URLSearchParams(set).toString();
    try {
      history.replaceState(null, "", hash ? "#" + hash : location.href.split("#")[0]);
    } catch {
      // Some browsers allow no changes to the address of a file; the page works without.
    }
  }

  function recall() {
    const set = new URLSearchParams(location.hash.slice(1));
    for (const name of names) {
      const field = form.elements[name];
      if (field) field.value = set.get(name) || "";
      if (field && field.value !== (set.get(name) || "")) field.value = "";
    }
    if (names.some((name) => form.elements[name]?.value) || form.elements.count.value !== all || order) find();
  }

  form.hidden = false;
  form.oninput = () => { find(); remember(); };
  form.onreset = () => setTimeout(() => { find(); remember(); });
  form.onsubmit = (event) => event.preventDefault();
  addEventListener("hashchange", recall);
  addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (/^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName)) return;
    event.preventDefault();
    form.elements.q.focus();
  });
  recall();
  idle(readAhead);
})();
