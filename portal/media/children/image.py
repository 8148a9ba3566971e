"""Re-encodes one image: `image.py FILE PREFIX MAX_PIXELS WIDTH…` writes `PREFIX-WIDTH.webp` and prints sizes as JSON.

Run only inside `limited.py`. What is written carries pixels and nothing else: no EXIF, no place, no name, no comment.
"""

from __future__ import annotations

import json
import sys
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import ExifTags, Image, ImageCms, ImageOps

FORMATS = ("JPEG", "PNG", "WEBP")
QUALITY = 80


def in_srgb(image: Image.Image) -> Image.Image:
    """The image in sRGB, so that colours stay right once the profile is gone; a broken profile is ignored."""
    profile = image.info.get("icc_profile")
    if not profile or image.mode not in ("RGB", "RGBA", "CMYK", "L"):
        return image
    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        mode = "RGBA" if image.mode == "RGBA" else "RGB"
        return ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode=mode) or image
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image


def on_paper(image: Image.Image) -> Image.Image:
    """Three channels of colour; what was transparent becomes white."""
    if "A" not in image.getbands() and "transparency" not in image.info:
        return image.convert("RGB")
    upright = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", upright.size, "white"), upright).convert("RGB")


def scaled(image: Image.Image, width: int) -> Image.Image:
    """At most `width` wide, never enlarged."""
    if image.width <= width:
        return image
    height = max(1, round(image.height * width / image.width))
    return image.resize((width, height), Image.Resampling.LANCZOS)


def upright_size(image: Image.Image) -> tuple[int, int]:
    """Width and height once the camera's orientation is applied."""
    turned = image.getexif().get(ExifTags.Base.Orientation, 1) in (5, 6, 7, 8)
    return (image.height, image.width) if turned else image.size


def convert(path: str, prefix: str, max_pixels: int, widths: list[int]) -> dict[str, Any]:
    """Writes one file for each width; reports the size of the upright original."""
    with Image.open(path, formats=FORMATS) as image:
        if image.width * image.height > max_pixels:
            return {"error": "too_many_pixels", "width": image.width, "height": image.height}
        width, height = upright_size(image)
        # A large photo is decoded at half or a quarter of its size when that is still twice what is needed.
        image.draft("RGB", (max(widths) * 2, max(widths) * 2))
        upright = on_paper(in_srgb(ImageOps.exif_transpose(image)))
    return {"width": width, "height": height, "made": [save(upright, prefix, most) for most in widths]}


def save(upright: Image.Image, prefix: str, most: int) -> dict[str, Any]:
    """Writes the image at most `most` wide, as pixels alone."""
    rendition = scaled(upright, most)
    name = f"{prefix}-{most}.webp"
    rendition.save(Path(name), "WEBP", quality=QUALITY, method=4, exif=b"", icc_profile=b"")
    return {"file": name, "width": rendition.width, "height": rendition.height}


def main() -> None:
    """Prints what was made, or `{"error": …}` when the image cannot be taken."""
    path, prefix, max_pixels, *widths = sys.argv[1:]
    # Our own check of the header tells the exact size; the memory limit stops a decoder that finds more than that.
    Image.MAX_IMAGE_PIXELS = None
    try:
        report = convert(path, prefix, int(max_pixels), [int(width) for width in widths])
    except (OSError, ValueError, SyntaxError):
        report = {"error": "not_an_image"}
    json.dump(report, sys.stdout)


if __name__ == "__main__":
    main()
