"""What is public about an extension: its versions, packages, tags, image and history."""
