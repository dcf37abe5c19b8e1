"""The lessons of the content folder as documents, and some short ones of our own: twins that differ by an
accent, German, other tone placements."""

from functools import cache

from academy.catalog.content import read_content
from academy.catalog.views import CourseView, PublishedText
from academy.config import PROJECT_ROOT
from academy.search.backend import Passage, SearchDoc
from academy.search.documents import documents_of_course, lesson_document

OWN = {
    "own-hoa-giai": (
        "vi",
        "Hòa giải ở cơ sở",
        "Tổ hòa giải giúp hai gia đình tự thỏa thuận trước khi ra tòa.",
    ),
    "own-thuy-loi": (
        "vi",
        "Tuyên truyền về thủy lợi",
        "Công trình thủy lợi nhỏ do xã quản lý, người dân cùng giữ.",
    ),
    "own-tien-luong": (
        "vi",
        "Chính sách tiền lương",
        "Tiền lương trả theo vị trí việc làm, hệ số lương và phụ cấp.",
    ),
    "own-tien-luong-benh": ("vi", "Tiên lượng bệnh", "Bác sĩ tiên lượng bệnh dựa trên triệu chứng và tuổi."),
    "own-cong-tac": ("vi", "Công tác dân vận", "Công tác dân vận khéo; cán bộ đi công tác xuống từng ngõ."),
    "own-cong-tac-dien": (
        "vi",
        "Sửa công tắc điện",
        "Ngắt cầu dao trước khi thay công tắc điện trong phòng họp.",
    ),
    "own-phuong-xa": (
        "vi",
        "Phường, xã và đặc khu",
        "Đơn vị hành chính gồm phường xã và đặc khu; phường xã nào cũng có trạm y tế.",
    ),
    "own-phuong-xa-que": (
        "vi",
        "Thư từ phương xa",
        "Người con nơi phương xa gửi thư về quê, nhớ phương xa mà thương.",
    ),
    "own-bao-hiem": (
        "vi",
        "Bảo hiểm xã hội tự nguyện",
        "Người dân đóng bảo hiểm tự nguyện tại phường; mức đóng bảo hiểm do người tham gia chọn.",
    ),
    "own-bao-hiem-thoi-tiet": (
        "vi",
        "Một cơn bão hiếm gặp",
        "Cơn bão hiếm gặp trong mùa đông làm đổ cây; bão hiếm nhưng vẫn phải phòng.",
    ),
    "own-hoa-don": ("vi", "Hóa đơn điện tử", "Hộ kinh doanh lập hóa đơn khi bán hàng, hóa đơn sai thì hủy."),
    "own-hoa-don-vuon": (
        "vi",
        "Hoa đơn trong vườn",
        "Hoa đơn có một vòng cánh; hoa đơn dễ trồng ở công viên.",
    ),
    "own-quan-ly-cu": (
        "vi",
        "Dấu tích một quận lỵ",
        "Quận lỵ xưa nay là chợ; người già còn gọi đó là quận lỵ.",
    ),
    "own-buergerdienst": (
        "de",
        "Termine im Amt",
        "Bürger buchen einen Termin, das Amt hilft den Bürgern am Schalter. Der Bürger wartet nicht.",
    ),
    "own-stadtentwicklung": (
        "de",
        "Stadtentwicklung am Fluss",
        "Die Stadt wächst. Die Entwicklung der Stadt braucht Pläne; jede Stadt plant die Entwicklung anders. Entwicklung heißt Wandel.",
    ),
    "own-strasse": ("de", "Wege und Plätze", "Die Straße vor der Schule wird zur Spielstraße."),
}


@cache
def real_documents() -> tuple[SearchDoc, ...]:
    tree = read_content(PROJECT_ROOT / "content")
    topics = {slug: topic.title for slug, topic in tree.topics.items()}
    documents, number = [], 0
    for folder in tree.courses:
        for lesson in folder.lessons if folder.course else ():
            number += 1
            for lang, text in lesson.texts.items():
                published = PublishedText(
                    text_id=number, lesson_version_id=number, lesson_id=number, course_id=number,
                    course=folder.slug, lesson=lesson.slug, module=folder.path.parent.name, lang=lang,
                    title=text.title, course_title=folder.course["title"], visibility="public",
                    owner_unit_path="", topics=folder.course["topics"], front=text.front,
                    blocks=text.rendered.blocks, headings=text.rendered.headings,
                    exercises=text.rendered.exercises,
                )  # fmt: skip
                documents.append(lesson_document(published, {}, topics, set(lesson.texts)))
    return tuple(documents)


@cache
def course_documents() -> tuple[SearchDoc, ...]:
    """The courses of the content folder themselves, in Vietnamese, English and German."""
    tree = read_content(PROJECT_ROOT / "content")
    topics = {slug: topic.title for slug, topic in tree.topics.items()}
    documents = []
    for number, folder in enumerate((folder for folder in tree.courses if folder.course), start=1):
        about = {name: folder.course[name] for name in ("title", "summary", "topics", "outcomes")}
        view = CourseView(
            id=number, slug=folder.slug, module=folder.path.parent.name, origin="content", state="published",
            visibility="public", owner_unit_path="", instructor_ids=frozenset(), version_id=number, **about,
        )  # fmt: skip
        documents += documents_of_course(view, topics)
    return tuple(documents)


def own_documents() -> tuple[SearchDoc, ...]:
    return tuple(document(slug, lang, title, text) for slug, (lang, title, text) in OWN.items())


def document(slug: str, lang: str, title: str, *texts: str, **values) -> SearchDoc:
    """A lesson of our own; blocks are called b1, b2 …"""
    passages = tuple(Passage(f"b{number}", text) for number, text in enumerate(texts, start=1))
    defaults = {"course": "own", "module": "own", "version": 1}
    return SearchDoc(
        ref=f"{slug}:{lang}",
        group=slug,
        kind="lesson",
        lang=lang,
        title=title,
        path=f"/courses/own/lessons/{slug}",
        passages=passages,
        extra={"lesson": slug},
        **(defaults | values),
    )
