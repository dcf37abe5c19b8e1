"""What rendered text may contain: the last gate between an author's words and a reader's browser.

The renderer never lets raw HTML through; this list is applied to its output all the same, so that a
fault in a parser or plug-in cannot become a script in a page. There are no ``style`` and no event
attributes, because the pages' content security policy refuses both.
"""

import nh3

__all__ = ["clean_html"]

_TEXT = {
    "a", "abbr", "b", "blockquote", "br", "cite", "code", "dd", "del", "dfn", "div", "dl", "dt", "em",
    "figcaption", "figure", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "kbd", "li", "mark", "ol",
    "p", "pre", "q", "s", "samp", "section", "small", "span", "strong", "sub", "sup", "table", "tbody",
    "td", "th", "thead", "tr", "ul", "var", "audio", "video",
}  # fmt: skip

# https://www.w3.org/TR/mathml-core/ without anything that embeds HTML, links or scripts
_MATHS = {
    "math", "menclose", "merror", "mfrac", "mi", "mmultiscripts", "mn", "mo", "mover", "mpadded",
    "mphantom", "mprescripts", "mroot", "mrow", "ms", "mspace", "msqrt", "mstyle", "msub", "msubsup",
    "msup", "mtable", "mtd", "mtext", "mtr", "munder", "munderover",
}  # fmt: skip

_MATHS_ATTRIBUTES = {
    "accent", "accentunder", "columnalign", "columnspacing", "columnspan", "depth", "displaystyle",
    "fence", "form", "height", "largeop", "linethickness", "lspace", "mathvariant", "maxsize", "minsize",
    "movablelimits", "notation", "rowspacing", "rowspan", "rspace", "scriptlevel", "separator",
    "stretchy", "symmetric", "voffset", "width",
}  # fmt: skip

_ATTRIBUTES: dict[str, set[str]] = {
    "*": {"id", "class", "lang", "title"},
    "a": {"href", "rel", "aria-label", "download"},
    "audio": {"src", "controls", "preload", "aria-label"},
    "video": {"src", "controls", "preload", "aria-label", "width", "height"},
    "div": {"role", "tabindex", "aria-label", "aria-labelledby"},
    "section": {"role", "aria-label"},
    "pre": {"tabindex", "role", "aria-label"},
    "img": {"src", "alt", "width", "height", "loading", "decoding"},
    "ol": {"start"},
    "td": {"colspan", "rowspan"},
    "th": {"scope", "colspan", "rowspan"},
    **{tag: set(_MATHS_ATTRIBUTES) for tag in _MATHS},
}
_ATTRIBUTES["math"] = _MATHS_ATTRIBUTES | {"display", "alttext"}

_CLEANER = nh3.Cleaner(
    tags=_TEXT | _MATHS,
    clean_content_tags={"script", "style", "title", "textarea", "iframe", "noscript", "annotation-xml"},
    attributes=_ATTRIBUTES,
    url_schemes={"http", "https", "mailto", "tel"},
    link_rel=None,
    strip_comments=True,
)


def clean_html(html: str) -> str:
    """The same HTML with everything removed that is not on the list; ill-formed input comes back well-formed."""
    return _CLEANER.clean(html)
