"""Fragments: kept once, filled for each reader, closed to whatever their template should not see."""

from __future__ import annotations

import pytest
from flask import g, session
from jinja2 import DictLoader
from jinja2.exceptions import UndefinedError
from markupsafe import Markup

from academy.web.fragments import Fragments

TEMPLATES = {
    "greeting.html": '<p>{{ text }} {{ hole("who") }}</p><form>{{ csrf_field() }}</form><script nonce="{{ csp_nonce() }}"></script>',
    "nosy.html": "{{ request.path }}",
    "peeping.html": "{{ current_actor.full_name }}",
    "spoken.html": '{{ _("Save") }} {{ url_for("web.alive") }}',
}


@pytest.fixture
def request_to(app, monkeypatch):
    monkeypatch.setattr(app.jinja_env, "loader", DictLoader(TEMPLATES))
    return app.test_request_context


def test_a_fragment_is_made_once_and_filled_each_time(request_to):
    kept, made = Fragments(8), []

    def context():
        made.append(1)
        return {"text": "Xin chào"}

    pages = []
    for who in ("An", "<b>Bình</b>"):
        with request_to("/"):
            pages.append(kept.render("greeting.html", "key", context, who=who))
    assert len(made) == 1
    assert "<p>Xin chào An</p>" in pages[0]
    assert "<p>Xin chào &lt;b&gt;Bình&lt;/b&gt;</p>" in pages[1]


def test_markup_fills_a_hole_as_it_is(request_to):
    with request_to("/"):
        page = Fragments(8).render("greeting.html", 1, lambda: {"text": ""}, who=Markup("<b>An</b>"))
    assert "<b>An</b>" in page


def test_token_and_nonce_are_those_of_the_response(request_to):
    kept, seen = Fragments(8), set()
    for _ in range(2):
        with request_to("/"):
            for name in list(g):
                g.pop(name)
            session.clear()
            page = kept.render("greeting.html", 1, lambda: {"text": ""}, who="")
            token = page.split('value="')[1].split('"')[0]
            nonce = page.split('nonce="')[1].split('"')[0]
            assert len(token) > 40 and len(nonce) == 22
            seen.add((token, nonce))
    assert len(seen) == 2


def test_text_cannot_open_a_hole(request_to):
    with request_to("/"):
        page = Fragments(8).render("greeting.html", 1, lambda: {"text": "[csrf-token] {{ hole('who') }}"}, who="An")
    assert "[csrf-token] {{ hole(&#39;who&#39;) }}" in page


@pytest.mark.parametrize("template", ["nosy.html", "peeping.html"])
def test_a_fragment_sees_neither_request_nor_reader(request_to, template):
    with request_to("/secret"), pytest.raises(UndefinedError):
        Fragments(8).render(template, 1, dict)


def test_a_fragment_that_failed_leaves_the_page_as_it_was(request_to):
    with request_to("/"):
        with pytest.raises(UndefinedError):
            Fragments(8).render("nosy.html", 1, dict)
        page = Fragments(8).render("greeting.html", 1, lambda: {"text": ""}, who="An")
    assert "<p> An</p>" in page


def test_each_place_of_the_application_has_its_own(request_to):
    kept = Fragments(8)
    with request_to("/"):
        assert "/healthz" in kept.render("spoken.html", 1, dict)
    with request_to("/", base_url="http://localhost/hocvien/"):
        assert "/hocvien/healthz" in kept.render("spoken.html", 1, dict)
