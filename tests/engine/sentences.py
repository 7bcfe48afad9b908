"""How tests read what the engine says: in both languages at once, and never a key without its sentence."""

from __future__ import annotations

from topexplorer.core.language import Language, Message

ENGLISH, CHINESE = Language("en"), Language("zh_CN")


def said(message: Message) -> str:
    """The English sentence, after checking that both languages have one and that every placeholder is filled."""
    for language in (ENGLISH, CHINESE):
        sentence = language.render(message)
        assert language.has(message.key), message.key
        assert "{" not in sentence, sentence
    return ENGLISH.render(message)
