"""An administrator takes people in from a list; an officer sees the people of the own ward, and no others."""

from __future__ import annotations

from tests.e2e.browsing import DESKTOP, Browsers, open_until, path_of, sign_in, submit
from tests.e2e.inspecting import inspect

HEAD = "Mã cán bộ;Họ và tên;Tên đăng nhập;Mã đơn vị;Ngày sinh\n"
GOOD = "CB90001;Đặng Thị Thu Ấm;thu.am;HN;05/09/1991\n"
WRONG = "CB90002;Lý Văn Không;van.khong;KHONG-CO;31/02/1990\n"


def upload(page, name: str, text: str) -> None:
    page.goto("/admin/people/import")
    page.set_input_files(
        "#f-file", {"name": name, "mimeType": "text/csv", "buffer": text.encode("utf-8-sig")}
    )
    submit(page, "main form", ".actions button")
    open_until(page, path_of(page), "main .stats")


def test_a_list_with_a_wrong_line_changes_nothing_and_a_right_one_is_confirmed_first(browsers: Browsers):
    page = browsers.signed_in("admin", DESKTOP)
    upload(page, "sai.csv", HEAD + GOOD + WRONG)
    assert page.locator(".notice-error").is_visible()
    assert "CB90002" in page.locator("tbody").inner_text()
    assert not page.locator("form[action$='/confirm']").count(), "a list with errors can be imported"
    inspect(page)
    page.goto("/admin/people?q=CB90001")
    assert not page.locator("tbody a[href^='/admin/people/']").count()

    upload(page, "dung.csv", HEAD + GOOD)
    page.goto("/admin/people?q=CB90001")
    assert not page.locator("tbody a[href^='/admin/people/']").count(), "the dry run wrote"
    page.go_back()
    submit(page, "form[action$='/confirm']")
    open_until(page, "/admin/people?q=CB90001", "tbody a[href^='/admin/people/']")
    page.locator("tbody a[href^='/admin/people/']").click()
    assert "Đặng Thị Thu Ấm" in page.locator("main h1").inner_text()

    upload(page, "dung.csv", HEAD + GOOD)
    assert page.locator(".notice-success").is_visible(), "the same list a second time is not recognised"


def test_a_first_password_is_changed_before_anything_else(browsers: Browsers):
    admin = browsers.signed_in("admin", DESKTOP)
    admin.goto("/admin/people?q=learner199")
    admin.locator("tbody a[href^='/admin/people/']").first.click()
    admin.goto(f"{path_of(admin)}/password")
    admin.fill("main form [name=reason]", "quên mật khẩu")
    submit(admin, "main form")
    inspect(admin)
    first = admin.locator("main code").last.inner_text().strip()
    person = browsers.anonymous()
    sign_in(person, "learner199", first)
    assert path_of(person) == "/account/password"
    person.goto("/courses")
    assert path_of(person) == "/account/password", "pages are open before the first password is changed"
    person.fill("#f-old", first)
    person.fill("#f-password", "con đò cũ bến Chương Dương")
    person.fill("#f-repeated", "con đò cũ bến Chương Dương")
    submit(person, "main form")
    person.goto("/")
    assert path_of(person) == "/"


def test_an_officer_sees_the_own_ward_only(browsers: Browsers):
    page = browsers.signed_in("officer", DESKTOP)
    page.goto("/admin/people")
    names = page.locator("tbody tr").count()
    assert names >= 12
    own = page.locator("tbody a[href^='/admin/people/']").first.get_attribute("href")
    assert page.goto(own).ok
    admin = browsers.signed_in("admin", DESKTOP)
    admin.goto("/admin/people?q=learner100")
    foreign = admin.locator("tbody a[href^='/admin/people/']").first.get_attribute("href")
    assert page.goto(foreign).status in (403, 404)
    page.goto("/admin/people?q=learner100")
    assert not page.locator("tbody a[href^='/admin/people/']").count()
    assert page.goto("/reports").ok
