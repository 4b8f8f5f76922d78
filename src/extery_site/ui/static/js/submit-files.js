// The files of a version: drop, progress for each, stop, and uploads that go on after a lost connection (tus 1.0).
const CHUNK = 4e6;
const RETRIES = [1, 2, 5, 10, 20, 30];
const ANNOUNCE_EVERY = 10_000;
const form = document.querySelector("[data-files]");
const told = document.querySelector("[data-told]");
const base64 = (text) => btoa(String.fromCharCode(...new TextEncoder().encode(text)));
const sleep = (seconds) => new Promise((done) => setTimeout(done, 1000 * seconds));
const size = (bytes) => (bytes < 1e6 ? `${Math.ceil(bytes / 1000)} KB` : `${(bytes / 1e6).toFixed(1)} MB`);
let announcedAt = 0;
let running = 0;

/** Tell screen readers about progress, at most every ten seconds. */
function tell(text, now = false) {
  if (!now && Date.now() - announcedAt < ANNOUNCE_EVERY) return;
  announcedAt = Date.now();
  told.textContent = text;
}

function request(method, url, { headers = {}, body = null, progress = null, signal }) {
  return new Promise((done, fail) => {
    const xhr = new XMLHttpRequest();
    xhr.open(method, url);
    xhr.setRequestHeader("X-CSRFToken", form.elements.csrfmiddlewaretoken.value);
    for (const [name, value] of Object.entries(headers)) xhr.setRequestHeader(name, value);
    xhr.onload = () => done(xhr);
    xhr.onerror = () => fail(new Error("offline"));
    xhr.onabort = () => fail(new DOMException("stopped", "AbortError"));
    xhr.upload.onprogress = progress;
    signal.addEventListener("abort", () => xhr.abort());
    xhr.send(body);
  });
}

/** The row of a file that is on its way, with a bar and a button that stops it. */
function addRow(file) {
  const row = document.createElement("li");
  row.className = "file-row file-sending";
  row.innerHTML = '<span class="file-icon" aria-hidden="true"></span><div class="file-name"><p class="break"></p><p class="note"></p></div><div class="file-state"><p class="file-title"></p><progress max="1" value="0"></progress><p class="note break"></p></div><div class="file-actions"><button class="button button-small" type="button">Stop</button></div>';
  const [name, note] = row.querySelectorAll(".file-name p");
  name.textContent = file.name;
  note.textContent = size(file.size);
  row.querySelector("progress").setAttribute("aria-label", `Upload of ${file.name}`);
  row.querySelector("button").setAttribute("aria-label", `Stop ${file.name}`);
  document.querySelector("[data-rows]").append(row);
  document.querySelector(".file-empty")?.remove();
  const show = (title, words, share) => {
    row.querySelector(".file-title").textContent = title;
    row.querySelector(".file-state .note").textContent = words;
    const bar = row.querySelector("progress");
    if (share === null) bar.removeAttribute("value");
    else bar.value = share;
  };
  return { row, show, stop: row.querySelector("button") };
}

/** What a browser remembers of a file that it began to send: enough to go on after a reload. */
const memory = {
  name: (file) => `upload ${form.dataset.extension} ${form.dataset.version} ${file.name} ${file.size} ${file.lastModified}`,
  get: (file) => { try { return localStorage.getItem(memory.name(file)); } catch { return null; } },
  set: (file, url) => { try { localStorage.setItem(memory.name(file), url); } catch { /* without it, a reload begins again */ } },
  clear: (file) => { try { localStorage.removeItem(memory.name(file)); } catch { /* nothing to clear */ } },
};

const tus = { "Tus-Resumable": "1.0.0" };

function reason(xhr) {
  try {
    const problem = JSON.parse(xhr.responseText).problems.find((one) => one.severity === "error");
    return problem.hint ? `${problem.message}: ${problem.hint}` : problem.message;
  } catch {
    return `The site answered ${xhr.status}.`;
  }
}

async function offsetOf(url, signal) {
  const xhr = await request("HEAD", url, { headers: tus, signal });
  return xhr.status === 200 ? Number(xhr.getResponseHeader("Upload-Offset")) : null;
}

async function begin(file, replaces, signal) {
  const known = memory.get(file);
  const offset = known && (await offsetOf(known, signal));
  if (typeof offset === "number") return { url: known, offset };
  const { extension, version } = form.dataset;
  const values = { filename: file.name, extension, version, ...(replaces ? { replaces } : {}) };
  const pairs = Object.entries(values).map(([name, value]) => `${name} ${base64(value)}`).join(",");
  const headers = { ...tus, "Upload-Length": file.size, "Upload-Metadata": pairs };
  const xhr = await request("POST", form.dataset.uploads, { headers, signal });
  if (xhr.status !== 201) throw new Error(reason(xhr));
  const url = new URL(xhr.getResponseHeader("Location")).pathname;
  memory.set(file, url);
  return { url, offset: 0 };
}

async function sendChunks(file, start, view, signal) {
  const { url } = start;
  let { offset } = start;
  for (let lost = 0; offset < file.size; ) {
    const show = (sent) => {
      const share = sent / file.size;
      view.show(`Uploading, ${Math.floor(100 * share)} %`, `${size(sent)} of ${size(file.size)}; it goes on after a lost connection.`, share);
      tell(`${file.name}: ${Math.floor(100 * share)} %`);
    };
    try {
      const headers = { ...tus, "Upload-Offset": offset, "Content-Type": "application/offset+octet-stream" };
      const body = file.slice(offset, offset + CHUNK);
      const before = offset;
      const xhr = await request("PATCH", url, { headers, body, signal, progress: ({ loaded }) => show(before + loaded) });
      if (xhr.status === 204) {
        offset = Number(xhr.getResponseHeader("Upload-Offset"));
        lost = 0;
      } else if (xhr.status === 409) offset = (await offsetOf(url, signal)) ?? 0;
      else if (xhr.status < 500 && xhr.status !== 460) throw Object.assign(new Error(reason(xhr)), { isFinal: true });
      else throw new Error("busy");
    } catch (error) {
      if (error.name === "AbortError" || error.isFinal) throw error;
      const seconds = RETRIES[Math.min(lost++, RETRIES.length - 1)];
      view.show("Waiting for the connection", `Nothing is lost. We try again in ${seconds} s.`, offset / file.size);
      await sleep(seconds);
      if (signal.aborted) throw new DOMException("stopped", "AbortError");
      offset = (await offsetOf(url, signal).catch(() => null)) ?? offset;
    }
  }
}

async function check(url, view, signal) {
  for (let lost = 0; ; lost += 1) {
    view.show("Checking", "Archive, files, manifest, code.", null);
    const xhr = await request("POST", `${url}/check`, { signal }).catch((error) => {
      if (error.name === "AbortError") throw error;
      return null;
    });
    if (xhr?.status === 200) return JSON.parse(xhr.responseText);
    if (xhr && xhr.status < 500 && xhr.status !== 429) throw new Error(reason(xhr));
    const seconds = Number(xhr?.getResponseHeader("Retry-After")) || RETRIES[Math.min(lost, RETRIES.length - 1)];
    if (seconds > 60) throw new Error(reason(xhr));
    view.show("It could not be checked yet", `We try again in ${seconds} s; nothing is lost.`, null);
    await sleep(seconds);
  }
}

async function send(file, replaces = "") {
  const view = addRow(file);
  const control = new AbortController();
  let start = null;
  view.stop.onclick = async () => {
    control.abort();
    if (start) await request("DELETE", start.url, { headers: tus, signal: new AbortController().signal }).catch(() => null);
    memory.clear(file);
    view.row.remove();
    tell(`${file.name} is stopped.`, true);
  };
  running += 1;
  try {
    if (file.size > form.dataset.limit) throw new Error(`${size(file.size)}. The limit is ${size(Number(form.dataset.limit))}.`);
    start = await begin(file, replaces, control.signal);
    await sendChunks(file, start, view, control.signal);
    const checked = await check(start.url, view, control.signal);
    memory.clear(file);
    tell(`${file.name}: ${checked.state === "stored" ? "passed" : "not accepted"}.`, true);
    view.row.remove();
  } catch (error) {
    if (error.name !== "AbortError") {
      view.row.classList.add("file-not-taken");
      view.show("Not taken", error.message, 0);
      view.stop.textContent = "Remove from the list";
      tell(`${file.name}: ${error.message}`, true);
    }
  } finally {
    running -= 1;
  }
}

/** Send files one after the other: each is checked when it is complete. */
async function sendAll(files, replaces = "") {
  for (const file of files) await send(file, replaces);
  await refresh(true);
}

/** Load the list, the table and the bar again, without what is on its way. */
async function refresh(force = false) {
  if (!force && (running || document.querySelector(".file-replace[open]"))) return;
  const answer = await fetch(location.href, { headers: { "X-Requested-With": "script" } }).catch(() => null);
  if (!answer?.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const sending = [...document.querySelectorAll(".file-sending")];
  for (const part of ["[data-refresh]", ".steps-nav", ".submit-bar-state", ".offers"]) {
    const [old, fresh] = [document.querySelector(part), page.querySelector(part)];
    if (old && fresh) old.replaceWith(fresh);
  }
  document.querySelector("[data-rows]").append(...sending);
  prepareReplacements();
}

function prepareReplacements() {
  for (const one of document.querySelectorAll("[data-replace]")) {
    one.onsubmit = (event) => {
      event.preventDefault();
      const [file] = one.elements.file.files;
      one.closest("details").open = false;
      if (file) sendAll([file], one.dataset.replace);
    };
  }
}

if (form) {
  const input = form.elements.file;
  form.querySelector("[data-submit]").hidden = true;
  const take = (files) => {
    if (!files.length) return;
    sendAll([...files]);
    input.value = "";
  };
  input.onchange = () => take(input.files);
  form.onsubmit = (event) => { event.preventDefault(); take(input.files); };
  form.ondragover = () => { form.dataset.over = ""; };
  form.ondragleave = () => { delete form.dataset.over; };
  window.ondragover = (event) => { if (event.dataTransfer?.types.includes("Files")) event.preventDefault(); };
  window.ondrop = (event) => {
    if (!event.dataTransfer?.files.length) return;
    event.preventDefault();
    delete form.dataset.over;
    take(event.dataTransfer.files);
  };
  window.onbeforeunload = (event) => { if (running) event.preventDefault(); };
  prepareReplacements();
}

setInterval(() => { if (document.querySelector("[data-checking]") && !document.hidden) refresh(); }, 3000);
