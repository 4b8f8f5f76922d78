// The gallery of an extension: thumbnails and arrow keys change the picture, Enter or a click enlarges it, and videos are
// loaded on a click only. Without this script each thumbnail is a link to the page with its picture.
for (const gallery of document.querySelectorAll("[data-gallery]")) {
  const find = (name) => gallery.querySelector(`[data-${name}]`);
  const stage = find("stage");
  const main = find("zoom");
  const image = main.querySelector("img");
  const play = find("play");
  const thumbs = [...gallery.querySelectorAll("[data-thumb]")];
  let current = Math.max(0, thumbs.findIndex((thumb) => thumb.hasAttribute("aria-current")));

  /** End a video, and show the picture again. */
  const stop = () => {
    stage.querySelector("video, iframe")?.remove();
    main.hidden = false;
  };

  const show = (number) => {
    const thumb = thumbs[number];
    if (!thumb) return;
    const data = thumb.dataset;
    const text = thumb.querySelector("img").alt;
    stop();
    thumbs[current].removeAttribute("aria-current");
    thumb.setAttribute("aria-current", "true");
    current = number;
    image.srcset = data.srcset;
    image.src = data.src;
    image.width = data.width;
    image.height = data.height;
    image.alt = text;
    main.href = data.full;
    if (data.reportUrl) find("report").href = data.reportUrl;
    play.hidden = !data.video;
    if (data.video) {
      play.href = data.video;
      find("play-label").textContent = data.label;
    }
    find("caption").textContent = text;
    find("count").textContent = `${number + 1} of ${thumbs.length}`;
    thumb.scrollIntoView({ block: "nearest", inline: "nearest" });
  };

  const step = (event) => {
    const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!by || event.ctrlKey || event.altKey || event.metaKey || thumbs.length < 2) return false;
    event.preventDefault();
    show((current + by + thumbs.length) % thumbs.length);
    return true;
  };

  thumbs.forEach((thumb, number) => {
    thumb.onclick = (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      show(number);
    };
    thumb.onkeydown = (event) => {
      if (step(event)) thumbs[current].focus();
    };
  });
  // A handler of the property would prevent other keys, because it returns false.
  main.addEventListener("keydown", step);

  play.onclick = (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    const data = thumbs[current].dataset;
    event.preventDefault();
    const player = document.createElement(data.frame ? "iframe" : "video");
    if (data.frame) {
      player.allow = "autoplay; fullscreen; encrypted-media";
      player.referrerPolicy = "strict-origin-when-cross-origin";
      player.title = image.alt;
    } else {
      player.controls = player.autoplay = true;
      player.width = data.videoWidth;
      player.height = data.videoHeight;
      player.setAttribute("aria-label", image.alt);
    }
    player.src = data.frame ?? data.video;
    main.hidden = true;
    play.hidden = true;
    stage.append(player);
    player.focus();
  };

  main.onclick = (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const dialog = document.createElement("dialog");
    const large = document.createElement("img");
    const foot = document.createElement("form");
    const words = document.createElement("span");
    const close = document.createElement("button");
    const fill = () => {
      large.src = main.href;
      large.alt = words.textContent = image.alt;
    };
    dialog.className = "gallery-zoom";
    dialog.tabIndex = -1;
    dialog.setAttribute("aria-label", "Picture");
    foot.method = "dialog";
    close.className = "button button-small";
    close.textContent = "Close";
    foot.append(words, close);
    dialog.append(large, foot);
    fill();
    dialog.onkeydown = (event) => {
      if (step(event)) fill();
    };
    dialog.onclick = (event) => {
      if (event.target === dialog || event.target === large) dialog.close();
    };
    dialog.onclose = () => {
      dialog.remove();
      main.focus();
    };
    document.body.append(dialog);
    dialog.showModal();
    // Not the button: the key that opens the dialog would press it.
    dialog.focus();
  };
}
