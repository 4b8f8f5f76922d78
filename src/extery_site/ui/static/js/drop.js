// Drop zones for uploads: name and size of the selected file, the size limit, and the progress of the upload.
const formatSize = (bytes) => (bytes < 1e6 ? `${Math.ceil(bytes / 1000)} KB` : `${(bytes / 1e6).toFixed(1)} MB`);

/** Send the form of a zone. The answer is the next page, or shows in place of this one what is wrong. */
function send(event, zone, label) {
  const box = zone.querySelector("[data-sending]");
  const [bar, words, stop] = box.children;
  const request = new XMLHttpRequest();
  const end = (text) => {
    box.hidden = true;
    label.textContent = text;
  };
  event.preventDefault();
  if (!box.hidden) return;
  request.upload.onprogress = ({ loaded, total }) => {
    bar.value = loaded / total;
    words.textContent = `${Math.floor(100 * bar.value)} % ${box.dataset.then}`;
  };
  request.upload.onload = () => {
    stop.hidden = true;
    words.textContent = box.dataset.sent;
  };
  request.onerror = () => end(box.dataset.failed);
  request.onload = () => {
    const page = request.response;
    const main = page?.querySelector("main");
    if (request.status === 204) return location.assign(request.getResponseHeader("Location"));
    if (!main) return request.onerror();
    history.replaceState(null, "", request.responseURL);
    document.title = page.title;
    document.querySelector("main").replaceWith(main);
    main.querySelectorAll("[data-drop]").forEach(prepare);
    main.querySelector("[role=alert]")?.focus();
  };
  stop.onclick = () => {
    request.abort();
    end(box.dataset.stopped);
  };
  box.hidden = stop.hidden = false;
  box.scrollIntoView({ block: "nearest" });
  request.open("POST", event.target.action);
  request.responseType = "document";
  request.setRequestHeader("X-Upload", "script");
  request.send(new FormData(event.target));
}

function prepare(zone) {
  const input = zone.querySelector("[type=file]");
  const label = zone.querySelector("[data-drop-chosen]");
  const limit = zone.dataset.dropLimit;

  input.onchange = () => {
    const files = [...input.files];
    // The request has all of them.
    const error = files.reduce((sum, { size }) => sum + size, 0) > limit ? `The limit is ${formatSize(limit)}.` : "";
    input.setCustomValidity(error);
    label.textContent = files.map(({ name, size }) => `${name}, ${formatSize(size)}.`).concat(error).join(" ").trim();
    zone.dataset.state = error ? "too-large" : files.length ? "chosen" : "";
  };
  input.form.onsubmit = (event) => send(event, zone, label);
  zone.ondragover = () => { zone.dataset.over = ""; };
  zone.ondragleave = () => { delete zone.dataset.over; };
  zone.ondrop = ({ dataTransfer }) => {
    delete zone.dataset.over;
    if (!dataTransfer.files.length) return;
    input.files = dataTransfer.files;
    input.onchange();
  };
}

document.querySelectorAll("[data-drop]").forEach(prepare);

// A file must not replace the page, also when it is dropped beside a zone.
window.ondragover = window.ondrop = (event) => {
  if (event.dataTransfer?.types.includes("Files")) event.preventDefault();
};
