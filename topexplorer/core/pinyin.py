"""The initials of Chinese text, as people type them into a search box: `dd` for 订单, `xgddbz` for 修改订单备注.

Only the first letter of a character's reading is wanted, and the national character set GB 2312 gives it away: it has
its 3,755 common characters in the order of their readings. A library with whole readings takes a quarter of a second
and 50 MB to import, for the same letters.
"""

from __future__ import annotations

from bisect import bisect_right

_LETTERS = "abcdefghjklmnopqrstwxyz"
_FIRST = "啊芭擦搭蛾发噶哈击喀垃妈拿哦啪期然撒塌挖昔压匝"
"""The first character of each letter in GB 2312."""
_AFTER_COMMON = "亍"
"""From here on the characters are rare ones, in the order of their radicals."""
_READINGS = (
    "重新cx 重发cf 重复cf 重试cs 重置cz 重传cc 重建cj 重推ct 银行yh 行业hy 同行th 店长dz 团长tz 队长dz 增长zz 时长sc "
    "调整tz 调价tj 调节tj 校验jy 校对jd 音乐yl 什么sm 会计kj 门槛mk 给予jy "
    "昵n 驿y 渲x 浏l 喵m 瑕x 疵c"
)
"""Words that are read otherwise than their characters alone, and rare characters that titles have."""


def initials(text: str) -> str:
    """Each Chinese character's initial; Latin letters in lower case, digits and line ends stay, the rest is blank.

    As long as `text`, so that what is found in one stands at the same place in the other.
    """
    for reading in _READINGS.split():
        word = reading[: len(reading) // 2]
        if word in text:
            text = text.replace(word, reading[len(word) :])
    return text.translate(_known)


class _Initials(dict[int, str]):
    """Initials by character code, each worked out once."""

    def __missing__(self, code: int) -> str:
        self[code] = found = _initial(chr(code))
        return found


_known = _Initials()


def _initial(character: str) -> str:
    if character.isascii():
        return character.lower() if character.isalnum() or character == "\n" else " "
    try:
        place = character.encode("gb2312")
    except UnicodeEncodeError:
        return " "
    starts = [first.encode("gb2312") for first in _FIRST + _AFTER_COMMON]
    return _LETTERS[bisect_right(starts, place) - 1] if starts[0] <= place < starts[-1] else " "
