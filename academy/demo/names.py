"""Fictitious Vietnamese names, drawn with a seed."""

from __future__ import annotations

from random import Random

FAMILY = (
    "Nguyễn Nguyễn Nguyễn Nguyễn Trần Trần Lê Lê Phạm Hoàng Huỳnh Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý Đinh Trịnh Mai"
).split()
MIDDLE = {
    "f": "Thị Thị Thị Thu Ngọc Minh Phương Thanh Bích Hồng Kim Diệu".split(),
    "m": "Văn Văn Văn Đức Hữu Quang Minh Xuân Công Thành Đình Ngọc".split(),
}
GIVEN = {
    "f": (
        "Lan Hương Hạnh Thủy Nga Mai Hoa Yến Trang Linh Hà Thảo Ngân Quỳnh Oanh Loan Bích Diệp Huệ Phượng Vân Xuân Thúy Ánh"
    ).split(),
    "m": (
        "An Bình Cường Dũng Đức Giang Hải Hiếu Hùng Khánh Long Minh Nam Phong Quân Sơn Tâm Thắng Toàn Trung Tuấn Việt Vinh Ứng"
    ).split(),
}


def draw_name(random: Random, sex: str) -> str:
    """Family, middle and given name."""
    return f"{random.choice(FAMILY)} {random.choice(MIDDLE[sex])} {random.choice(GIVEN[sex])}"
