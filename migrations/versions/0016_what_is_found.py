"""terms of lessons, texts of documents, changes of the legal register for search"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from academy.kernel.text import fold, slug, sort_key

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "glossary_term",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("course_id", ID, nullable=False),
        sa.Column("lesson_id", ID, nullable=False),
        sa.Column("lang", sa.String(length=5), nullable=False),
        sa.Column("term", sa.String(length=200), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("anchor", sa.String(length=100), nullable=False),
        sa.Column("sort_key", sa.String(length=800), nullable=False),
        sa.Column("fold", sa.String(length=400), nullable=False),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_glossary_term_course_id_course")),
        sa.ForeignKeyConstraint(["lesson_id"], ["lesson.id"], name=op.f("fk_glossary_term_lesson_id_lesson")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_glossary_term")),
        sa.UniqueConstraint(
            "lesson_id", "lang", "anchor", name=op.f("uq_glossary_term_lesson_id_lang_anchor")
        ),
    )
    op.create_index("ix_glossary_term_course", "glossary_term", ["course_id"])
    op.create_index("ix_glossary_term_list", "glossary_term", ["lang", "sort_key", "id"])
    op.create_table(
        "media_text",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("fault", sa.String(length=10), nullable=False),
        sa.Column("cut", sa.Boolean(), nullable=False),
        sa.Column("parts", JSON, nullable=False),
        sa.Column("reader", ID, nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_media_text")),
    )
    _gather_terms()
    _allow("'course', 'legal'")


def downgrade() -> None:
    op.execute("DELETE FROM search_outbox WHERE kind = 'legal'")
    _allow("'course'")
    op.drop_table("media_text")
    op.drop_table("glossary_term")


def _allow(kinds: str) -> None:
    """What the outbox of the search index may name."""
    with op.batch_alter_table("search_outbox") as table:
        table.drop_constraint(op.f("ck_search_outbox_kind"), type_="check")
        table.create_check_constraint(op.f("ck_search_outbox_kind"), f"kind IN ({kinds})")


def _gather_terms() -> None:
    """The terms of what readers see now; from here on publishing keeps them."""
    connection = op.get_bind()
    rows = connection.execute(
        sa.text(
            "SELECT course.id, lesson_version.lesson_id, lesson_text.lang, lesson_text.front_html "
            "FROM course JOIN course_version ON course_version.course_id = course.id "
            "AND course_version.number = course.published_number "
            "JOIN course_version_lesson ON course_version_lesson.course_version_id = course_version.id "
            "JOIN lesson_version ON lesson_version.id = course_version_lesson.lesson_version_id "
            "JOIN lesson_text ON lesson_text.lesson_version_id = lesson_version.id "
            "ORDER BY course.id, course_version_lesson.position, lesson_text.id"
        ).columns(front_html=JSON)
    ).all()
    terms = sa.table(
        "glossary_term",
        *(
            sa.column(name)
            for name in ("course_id", "lesson_id", "lang", "term", "html", "anchor", "sort_key", "fold")
        ),
    )
    for course_id, lesson_id, lang, front_html in rows:
        anchors = {
            f"term-{slug(entry['term'], 60)}": entry for entry in reversed(front_html.get("glossary", ()))
        }
        for anchor, entry in anchors.items():
            values = {"course_id": course_id, "lesson_id": lesson_id, "lang": lang, "anchor": anchor}
            term = entry["term"]
            values |= {
                "term": term,
                "html": entry["html"],
                "sort_key": sort_key(term)[:800],
                "fold": fold(term),
            }
            connection.execute(sa.insert(terms).values(**values))
