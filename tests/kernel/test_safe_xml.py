"""XML that attacks is refused at the first sign, in bounded memory; honest XML is read with its lines."""

from __future__ import annotations

import tracemalloc

import pytest

from academy.kernel.safe_xml import XmlLimits, XmlRefused, check_prolog, escape_text, parse_xml

LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{("&" + chr(97 + n) + ";") * 10}">' for n in range(9))
    + "]><lolz>&j;</lolz>"
)
SMALL = XmlLimits(bytes=100_000, elements=1000, depth=50, attributes=10, text=50_000)

HOSTILE = {
    "laughs": ("dtd", LAUGHS.encode()),
    "quadratic": ("dtd", b'<!DOCTYPE a [<!ENTITY b "' + b"x" * 9000 + b'">]><a>' + b"&b;" * 9000 + b"</a>"),
    "file": ("dtd", b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'),
    "net": ("dtd", b'<!DOCTYPE a SYSTEM "http://127.0.0.1:1/x.dtd"><a/>'),
    "parameter": ("dtd", b'<!DOCTYPE a [<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;]><a/>'),
    "hidden in a comment": ("dtd", b'<!-- <a> --><!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'),
    "lower case": ("dtd", b"<?x y?>\n<!doctype a><a/>"),
    "undeclared": ("syntax", b"<a>&xxe;</a>"),
    "inclusion": (
        "outside",
        b'<a xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="/etc/passwd" parse="text"/></a>',
    ),
    "style sheet": ("outside", b'<?xml-stylesheet href="http://127.0.0.1/x.xsl"?><a/>'),
    "UTF-16": ("encoding", '<?xml version="1.0" encoding="UTF-16"?><a/>'.encode("utf-16")),
    "UTF-16 without a mark": ("encoding", '<!DOCTYPE a [<!ENTITY x "y">]><a/>'.encode("utf-16-le")),
    "UTF-7": ("encoding", b'<?xml version="1.0" encoding="UTF-7"?>+ADwAIQ-DOCTYPE a+AD4<a/>'),
    "UTF-7 with a mark": ("encoding", b"+/v8-<a/>"),
    "EBCDIC": ("encoding", b'<?xml version="1.0" encoding="cp037"?><a/>'),
    "not UTF-8": ("encoding", b"<a>\xe9</a>"),
    "bytes": ("bytes", b"<a>" + b" " * 200_000 + b"</a>"),
    "elements": ("elements", b"<a>" + b"<b/>" * 2000 + b"</a>"),
    "depth": ("depth", b"<a>" * 60 + b"</a>" * 60),
    "attributes": ("attributes", b"<a " + b" ".join(b'x%d="1"' % n for n in range(20)) + b"/>"),
    "text": ("text", b"<a>" + b"x" * 60_000 + b"</a>"),
    "cut": ("syntax", b"<a><b></a>"),
    "nothing": ("syntax", b""),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_xml_is_refused(case):
    fault, data = HOSTILE[case]
    tracemalloc.start()
    try:
        with pytest.raises(XmlRefused) as refusal:
            parse_xml(data, SMALL)
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert refusal.value.fault == fault and "root:" not in str(refusal.value)
    assert refusal.value.rule == "xml" and str(refusal.value.next_step)
    assert peak < 4 * 1024**2


def test_a_refusal_names_the_line():
    with pytest.raises(XmlRefused) as refusal:
        parse_xml(b"<a>\n\n<b>\n</a>")
    assert refusal.value.line == 4


def test_good_xml_is_read_with_its_lines():
    root = parse_xml(
        '\ufeff<?xml version="1.0" encoding="utf-8"?>\n<!-- no <!DOCTYPE here -->\n'
        '<q xmlns="urn:x" n="1">\n <t>một <b>hai</b> ba</t><![CDATA[<!DOCTYPE x>]]>\n <t k="&lt;"/>\n</q>'.encode()
    )
    assert (root.tag, root.name, root.line, root.get("n"), root.get("m", "-")) == (
        "{urn:x}q",
        "q",
        3,
        "1",
        "-",
    )
    first, second = root.all("t")
    assert (first.line, second.line, second.get("k")) == (4, 5, "<") and root.words("t") == "một hai ba"
    assert root.words("t", "b") == "hai" and root.find("x") is None and root.words("x") == ""
    assert first.tail.strip() == "<!DOCTYPE x>" and [e.name for e in root.iter()] == ["q", "t", "b", "t"]


def test_what_other_readers_get_is_looked_at_first():
    check_prolog(b"<a><!-- <!DOCTYPE x> --></a>")
    for case in ("laughs", "hidden in a comment", "UTF-16", "UTF-7"):
        with pytest.raises(XmlRefused):
            check_prolog(HOSTILE[case][1])


def test_text_is_escaped_and_loses_what_xml_cannot_hold():
    assert escape_text('a<b>&"c"\x00\x0b') == 'a&lt;b&gt;&amp;"c"'
    assert escape_text('"', quote=True) == "&quot;"
