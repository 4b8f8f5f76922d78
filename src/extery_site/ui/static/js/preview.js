// Previews the selected image before the upload, and shows its size and aspect ratio.
for (const input of document.querySelectorAll("input[data-preview]")) {
  const picture = document.getElementById(input.dataset.preview);
  const note = document.getElementById(`${input.dataset.preview}-words`);

  // A data: URL, because the Content-Security-Policy forbids blob: URLs.
  const readAsDataUrl = (file) => new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.onerror = reject;
    reader.readAsDataURL(file);
  });

  input.addEventListener("change", async () => {
    const file = input.files[0];
    if (!file) return;
    try {
      picture.src = await readAsDataUrl(file);
      await picture.decode();
    } catch {
      note.textContent = `${file.name} is not an image.`;
      return;
    }
    const { naturalWidth: width, naturalHeight: height } = picture;
    const isWide = Math.abs(width / height - 16 / 9) < 0.02;
    note.textContent = `${file.name}, ${width} × ${height} pixels${isWide ? "" : ", not 16:9: cards crop it"}. Save to upload it.`;
  });
}
