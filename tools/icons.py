"""`python -m tools.icons`: the page's icons, into `daemon/web/page/public/icons`."""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageDraw

ICONS = Path(__file__).resolve().parents[1] / "daemon" / "web" / "page" / "public" / "icons"
#: Ground and bars, as the page's own mark in the dark.
_GROUND, _BARS = "#1f55c4", "#ffffff"
#: The bars of the mark: left, top, right, bottom, as shares of the side.
_MARK = ((0.24, 0.36, 0.36, 0.64), (0.44, 0.22, 0.56, 0.78), (0.64, 0.42, 0.76, 0.58))
#: Drawn larger and made smaller, for smooth edges.
_FINER = 4


def icon(side_px: int, *, corner: float) -> Image.Image:
    """The mark on its ground; `corner` is the radius of the ground's corners, as a share."""
    side = side_px * _FINER
    picture = Image.new("RGBA", (side, side), (0, 0, 0, 0))
    pen = ImageDraw.Draw(picture)
    pen.rounded_rectangle((0, 0, side - 1, side - 1), corner * side, fill=_GROUND)
    for bar in _MARK:
        pen.rounded_rectangle([share * side for share in bar], 0.06 * side, fill=_BARS)
    return picture.resize((side_px, side_px), Image.Resampling.LANCZOS)


def svg() -> str:
    bars = "".join(
        f'<rect x="{100 * left:g}" y="{100 * top:g}" width="{100 * (right - left):g}"'
        f' height="{100 * (bottom - top):g}" rx="6"/>'
        for left, top, right, bottom in _MARK
    )
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100">'
        f'<rect width="100" height="100" rx="22" fill="{_GROUND}"/>'
        f'<g fill="{_BARS}">{bars}</g></svg>\n'
    )


if __name__ == "__main__":
    ICONS.mkdir(parents=True, exist_ok=True)
    (ICONS / "icon.svg").write_text(svg(), encoding="utf-8")
    for side in (192, 512):
        icon(side, corner=0.22).save(ICONS / f"icon-{side}.png", optimize=True)
    # systems cut what shape they like out of this one
    icon(512, corner=0.0).save(ICONS / "maskable-512.png", optimize=True)
