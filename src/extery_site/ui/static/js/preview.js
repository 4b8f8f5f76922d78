// Shows the chosen image before it is uploaded, and says if it is smaller than wished for.
for (const input of document.querySelectorAll("input[data-preview]")) {
  const picture = document.getElementById(input.dataset.preview);
  const words = document.getElementById(`${input.dataset.preview}-words`);

  // A data: address, because the page's policy allows no other that a script could make.
  const read = (file) => new Promise((done, failed) => {
    const reader = new FileReader();
    reader.onload = () => done(reader.result);
    reader.onerror = failed;
    reader.readAsDataURL(file);
  });

  input.addEventListener("change", async () => {
    const file = input.files[0];
    if (!file) return;
    try {
      picture.src = await read(file);
      await picture.decode();
    } catch {
      words.textContent = `${file.name} does not look like an image.`;
      return;
    }
    const { naturalWidth: width, naturalHeight: height } = picture;
    const wide = Math.abs(width / height - 16 / 9) < 0.02;
    words.textContent = `${file.name}, ${width} × ${height} pixels${wide ? "" : ", not 16:9: it will be cropped on cards"}. It is stored when you save.`;
  });
}
