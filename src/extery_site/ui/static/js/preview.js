// Previews the selected image before the upload, and shows its size and aspect ratio.
for (const input of document.querySelectorAll("input[data-preview]")) {
  const picture = document.getElementById(input.dataset.preview);
  const note = document.getElementById(`${input.dataset.preview}-words`);

  input.onchange = () => {
    const file = input.files[0];
    // A data: URL, because the Content-Security-Policy forbids blob: URLs.
    const reader = new FileReader();
    reader.onload = async () => {
      picture.src = reader.result;
      const isImage = await picture.decode().then(() => true, () => false);
      const { naturalWidth: width, naturalHeight: height } = picture;
      const isWide = Math.abs(width / height - 16 / 9) < 0.02;
      note.textContent = isImage
        ? `${file.name}, ${width} × ${height} pixels${isWide ? "" : ", not 16:9: cards crop it"}. Save to upload it.`
        : `${file.name} is not an image.`;
    };
    if (file) reader.readAsDataURL(file);
  };
}
