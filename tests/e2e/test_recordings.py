"""A result in a recording opens the lesson at the second that was found."""

from __future__ import annotations

LESSON = "/courses/tieng-anh-cong-vu/lessons/01-gioi-thieu-co-quan-va-ban-than?lang=vi"
RECORDING = (
    '<figure class="figure" id="heard"><audio controls preload="none" src="/none.mp3"></audio></figure>'
)


def test_a_recording_begins_where_the_result_said(browsers):
    page = browsers.anonymous()

    def with_recording(route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text().replace("</article>", f"{RECORDING}</article>", 1))

    page.route("**/lessons/**", with_recording)
    page.goto(f"{LESSON}&t=83#heard")
    assert page.evaluate("document.querySelector('#heard audio').currentTime") == 83
    page.goto(f"{LESSON}&t=soon#heard")
    assert page.evaluate("document.querySelector('#heard audio').currentTime") == 0
