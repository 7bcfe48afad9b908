"""Messages in two languages: every sentence a user reads is a key in the catalogues under `locale/`.

A `Message` is language-free data; core, engine and sandbox produce it, and a face turns it into words with a
`Language`. A missing key or placeholder shows the key itself, never an exception: a bad translation must not take
an answer away. Tests prove that both catalogues are complete.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import field
from pathlib import Path

from topexplorer.core.nouns import dataclass

LANGUAGES = ("en", "zh_CN")
LOCALE_FOLDER = Path(__file__).parent.parent / "locale"


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence by its key. `values` fill the `{placeholders}`; a nested Message is rendered in place."""

    key: str
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """One short text in both languages, as the spec files carry it."""

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012
    zh: str
    en: str


def message(key: str, **values: object) -> Message:
    """Shorthand for a Message with placeholders."""
    return Message(key, values)


class Language:
    """Renders messages and words in one language (`en` or `zh_CN`)."""

    def __init__(self, name: str) -> None:
        self.name = language_name(name)
        self._sentences: dict[str, str | dict[str, str]] = {}
        for path in sorted(LOCALE_FOLDER.glob(f"*.{self.name}.json")):
            self._sentences.update(json.loads(path.read_bytes()))

    @property
    def is_chinese(self) -> bool:
        return self.name == "zh_CN"

    def has(self, key: str) -> bool:
        """Whether the catalogue knows this key."""
        return key in self._sentences

    def __call__(self, key: str, /, **values: object) -> str:
        """The sentence for `key`. A plural entry (`one`, `other`) is chosen by the value of `n`."""
        sentence = self._sentences.get(key, key)
        if isinstance(sentence, dict):
            sentence = sentence.get("one" if values.get("n") == 1 else "other") or next(iter(sentence.values()), key)
        if not values:
            return sentence
        shown = {name: self.render(value) for name, value in values.items()}
        try:
            return sentence.format_map(shown)
        except (LookupError, ValueError, AttributeError, TypeError):
            return sentence

    def render(self, value: object) -> str:
        """Words for anything a Message may carry: a Message, Words, or plain data."""
        if isinstance(value, Message):
            return self(value.key, **value.values)
        if isinstance(value, Words):
            return self.words(value)
        if isinstance(value, tuple | list):
            return ("、" if self.is_chinese else ", ").join(self.render(part) for part in value)
        return str(value)

    def words(self, words: Words) -> str:
        """The text of a spec in this language; the other one where this one is empty."""
        first, second = (words.zh, words.en) if self.is_chinese else (words.en, words.zh)
        return first or second


def language_name(wanted: str) -> str:
    """`zh_CN` for anything that begins with zh (`zh`, `zh-CN`, `zh_CN.UTF-8`), else `en`."""
    return "zh_CN" if wanted.strip().lower().startswith("zh") else "en"
