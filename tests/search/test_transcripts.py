"""Transcripts: WebVTT, SubRip, plain text; whatever is wrong in them."""

from academy.search.transcripts import MAX_PIECES, Spoken, transcript

VTT = """WEBVTT - Nghe và nhắc lại

NOTE Ghi chú của người soạn

STYLE
::cue { color: red }

mo-dau
00:01.000 --> 00:04.000 align:start
<v Lan>Xin chào, <b>tôi</b> là Lan &amp; đồng nghiệp.

01:02:03.500 --> 01:02:05.000
Hồ sơ của anh
đã được tiếp nhận.
"""


def test_cues_keep_the_second_at_which_they_begin():
    vtt = VTT.replace("đồng nghiệp.", "đồng nghiệp. " + "Xin mời ngồi. " * 20)
    first, second = transcript(vtt)
    assert first.second == 1
    assert first.text.startswith("Xin chào, tôi là Lan & đồng nghiệp.")
    assert second == Spoken(3723, "Hồ sơ của anh đã được tiếp nhận.")


def test_short_cues_are_joined_and_rolling_ones_said_once():
    vtt = "WEBVTT\n\n" + "\n\n".join(f"00:0{at}.000 --> 00:0{at + 1}.000\ncâu {at // 2}" for at in range(6))
    assert transcript(vtt) == [Spoken(0, "câu 0 câu 1 câu 2")]


def test_subrip_with_its_commas_and_numbers():
    srt = "1\r\n00:00:20,000 --> 00:00:24,400\r\n{\\an8}Phí là tám nghìn đồng.\r\n\r\n2\r\n00:10:00,1 --> x\r\nsai\r\n"
    assert transcript("\ufeff" + srt) == [Spoken(20, "Phí là tám nghìn đồng.")]


def test_plain_text_has_no_times():
    assert transcript("Đoạn một.\n\nĐoạn\nhai.\n") == [Spoken(None, "Đoạn một."), Spoken(None, "Đoạn hai.")]
    assert transcript("") == transcript("WEBVTT\n\n00:1 --> nothing\n") == []


def test_a_transcript_without_end_is_cut():
    long = "\n\n".join(
        f"00:{at // 60 % 60:02}:{at % 60:02}.000 --> 00:59:59.000\n{'dài ' * 70}{at}" for at in range(3_000)
    )
    assert len(transcript(long)) == MAX_PIECES
