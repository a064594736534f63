"""
What content systems put around an article's text: credits, "share", "read also", "subscribe". Pure.

Requirement. None of it may be the lead, and none of it should stand in the text, where it draws
different events together. To lose a sentence of the article is worse than to keep a line of this,
but both are small beside a lead that says «Фото: Акорда».

Theory. Such a line is recognised by how it begins, and most are short: they name a thing (a
photograph, a network, another headline) and say nothing of it. So each kind has its beginnings, in
Kazakh, Russian and English, and a length past which a line is taken for text all the same. Under a
"read also" without a headline stand headlines: the lines behind it that end without a full stop. A
call to subscribe is recognised by two words, the verb and what is subscribed to, as a sentence may
begin with any. Within a paragraph whole sentences are dropped at its beginning and its end only.

Roads not taken. Links per word (boilerpipe, jusText): markup is gone where this is asked, and
teasers never had any. A list of whole lines: outlets vary them.
"""

from __future__ import annotations

import re

from aggregator.text.latin import to_cyrillic
from aggregator.text.sentences import split_sentences

__all__ = ["drop_boilerplate", "is_boilerplate"]

_BEGINS = r"^[^\w©#@]*+"
_ENDS = r"(?![^\W\d_])"
_CREDIT = re.compile(
    r"^(?:[^\w©#@(]|\((?!c\)))*+(?:"
    r"©|\(c\)\s|"
    r"(?:(?:көрнекі|иллюстративті|мұрағаттық|иллюстративное|архивное|главное|коллаж)\s+)?"
    r"(?:фото|видео|сурет|фотосурет|суреттер|фотолар|фотография|снимок|иллюстрация|инфографика"
    r"|скриншот"
    r"|скрин|коллаж|кадр|обложка|photo|image|picture|video)"
    r"(?:\s*+(?:(?:,|/|и|және|мен)\s*+)?(?:фото|видео|сурет|коллаж|экрана))?"
    r"(?:\s*(?:көзі|авторы|авторлары|автор|авторы|иллюстративное|архивное"
    r"|носит иллюстративный характер"
    r"|иллюстративті|by|credit))?"
    r"(?:\s*[:©|–—-]|\s*(?:\.\s*)?$"
    r"|\s+(?:из архив\w*|из открытых|из соцсет\w*|[а-я]{1,2} (?:сайта|страницы|экрана)"
    r"|предоставлен\w"
    r"|пресс-служб\w*|акимата|автора|by)\b)|"
    r"(?:сурет(?:ті|тер|терді)?|видеоны|фотоны|фотосуретті)\s+(?:түсірген|берген|ұсынған)|"
    r"(?:автор|авторы|мәтін авторы|текст|мәтін|источник|дереккөз|дерек көзі|ақпарат көзі"
    r"|source)\s*:"
    r")",
    re.IGNORECASE,
)
_CREDIT_WORDS = 10
# What a picture shows; a sentence of it.
_CAPTION = re.compile(
    _BEGINS + r"(?:суретте|фотода|видеода|на фото|на снимке|на видео|pictured)\s*:", re.IGNORECASE
)
_CAPTION_WORDS = 30
_SHARE = re.compile(
    _BEGINS
    + r"(?:(?:(?:достарыңызбен |достарыңмен |әлеуметтік желіде )?бөлісу|бөлісіңіз|поделиться"
    r"|поделитесь|расскажите друзьям|share(?: this)?|скопировать ссылку|распечатать|басып шығару"
    r"|версия для печати|пікір (?:қалдыру|жазу)|оставить комментарий)"
    r"(?:\s*[:!(|–—-]|\s*$|\s+(?:в|на|с друзьями|новостью|стать[её]й|ссылкой|материалом|жаңалықпен"
    r"|facebook|telegram|whatsapp|twitter|vk|x|instagram)\b)|"
    r"(?:пікірлер|комментарии|комментировать|қаралды|қаралым|оқылды|көрілді|просмотров|просмотры"
    r"|прочитали|прочитано|views|тегтер|тэгтер|теги|метки|хэштегтер|tags|айдарлар|рубрика|айдар"
    r"|бөлім"
    r"|раздел|көшіру|жарияланған(?: күні| уақыты)?|дата публикации|опубликовано|обновлено"
    r"|жаңартылды)"
    r"\s*(?:[:(|–—-]|\d|$))",
    re.IGNORECASE,
)
_SHARE_WORDS = 8
_RELATED = re.compile(
    _BEGINS + r"(?:оқи отырыңыз(?:дар)?|тағы (?:да )?оқыңыз(?:дар)?|сондай-ақ,? оқыңыз(?:дар)?"
    r"|(?:сондай-ақ |тағы )?қараңыз(?:дар)?|оқыңыз(?:дар)?|бұған дейін оқыңыз"
    r"|(?:осы )?тақырып бойынша"
    r"|осы тақырыпта|тақырыпқа орай|ұқсас (?:жаңалықтар|материалдар|мақалалар)"
    r"|(?:читай|смотри|почитай)(?:те)?\s+(?:также|ещ[её]|по теме|далее)|читать (?:также|ещ[её])"
    r"|(?:ещ[её] |материал\w* |новости |статьи )?по теме|похожие (?:новости|материалы|статьи)"
    r"|(?:другие|последние|главные|самые читаемые) новости|рекомендуем|советуем прочитать"
    r"|вам (?:может быть|будет) интересно|это интересно|тек бізде|басты жаңалықтар"
    r"|соңғы жаңалықтар"
    r"|read (?:also|more)|see also|related(?: news| articles)?)" + _ENDS + r"\s*(?P<rest>.*)$",
    re.IGNORECASE,
)
_RELATED_CHARS = 220
_MOST_RELATED = 6
_SUBSCRIBE = re.compile(
    r"(?:подпи(?:сывай|ши)тесь|подписаться|подписывайся|подпишись|присоединя(?:йтесь|йся)"
    r"|следите за"
    r"|читайте нас|чита[йт]\w{0,8} наш|жазыл(?:ыңыз|ыңыздар|у|ыңдар|)|қосыл(?:ыңыз|ыңыздар)"
    r"|бізді оқыңыз|оқи беріңіз"
    r"|follow us|subscribe|join us|установите|жүктеп алыңыз|скачайте)" + _ENDS,
    re.IGNORECASE,
)
_CHANNEL = re.compile(
    r"(?:telegram|телеграм|instagram|инстаграм|facebook|фейсбук|whatsapp|ватсап|youtube|ютуб"
    r"|tiktok"
    r"|тикток|twitter|vk\b|вконтакте|канал|арна|парақша|бетіміз|страниц|соцсет|әлеуметтік желі"
    r"|рассылк"
    r"|google news|google жаңалық|яндекс|push|новост|жаңалық|паблик|қосымша|приложени|@\w)",
    re.IGNORECASE,
)
_CALL = re.compile(
    _BEGINS
    + r"(?:хотите (?:узнавать|знать|быть в курсе|получать)|больше (?:новостей|видео|интересн\w+)"
    r"|(?:все|самые|оперативные|главные) (?:важн\w+ |актуальн\w+ |интересн\w+ |свежи\w+ )?новости"
    r" .*(?:канал|telegram|телеграм|instagram)"
    r"|будьте в курсе|оставайтесь с нами|жаңалықтарды (?:бірінші|алғашқы|жедел)|ең (?:маңызды"
    r"|өзекті|жедел)"
    r" жаңалықтар.*(?:арна|telegram|телеграм|instagram)|бізбен бірге бол|stay tuned"
    r"|нашли (?:ошибку|опечатку)|заметили (?:ошибку|опечатку)|сообщить об ошибке|выделите .* ctrl"
    r"|(?:мәтін(?:де|нен) )?(?:қате|қатені) (?:тапсаңыз|таптыңыз|байқасаңыз|белгілеп)"
    r"|если вы (?:нашли|заметили) ошибку"
    r"|все права защищены|при (?:использовании|копировании|перепечатке|цитировании) материал"
    r"|перепечатка .* разрешена|барлық құқы\w* (?:қорғалған|сақталған)|материал(?:ды"
    r"|дарды)? (?:көшір|пайдалан)|сайт материалдарын"
    r"|сообщить новость|есть новость|прислать новость|жаңалығыңыз бар ма|бізге жазыңыз|пишите нам"
    r"|наш (?:whatsapp|телефон|номер)|copyright|all rights reserved)",
    re.IGNORECASE,
)
_CALL_CHARS = 300
_PARENTHESES = re.compile(
    r"(?<!\s)\s*\((?:фото|сурет|видео|иллюстрация|коллаж|photo|скриншот)\b[^()]{0,60}\)",
    re.IGNORECASE,
)
# Rulers, hours, and days in figures. A number alone may be a result.
_NOTHING = re.compile(r"[\W_]*|[\W_]*(?:\d{1,4}[.:/-]\d{2}[\W\d_]*)")
_MOST_SENTENCES = 4
_CYRILLIC = re.compile("[\u0400-\u04ff]")


def drop_boilerplate(text: str) -> str:
    """
    Return a text without what is not the article's own.

    Args:
        text: Plain, tidy, a paragraph a line.

    Returns:
        The lines that are left, in order; empty if all of it was dropped.
    """
    kept: list[str] = []
    headlines_left = 0
    for line in text.split("\n"):
        if headlines_left and _looks_like_headline(line):
            headlines_left -= 1
            continue
        headlines_left = 0
        if _match_related(line) == "":
            headlines_left = _MOST_RELATED
            continue
        trimmed = _trim_paragraph(line)
        if trimmed:
            kept.append(trimmed)
    return "\n".join(kept)


def is_boilerplate(line: str) -> bool:
    """Say whether a line, or a sentence, is none of the article's own."""
    if _is_one(line):
        return True
    # Kazakh in Latin letters, of which the patterns have none.
    is_latin = len(line) <= _CALL_CHARS and not _CYRILLIC.search(line)
    return is_latin and _is_one(to_cyrillic(line))


def _is_one(line: str) -> bool:
    words = line.split()
    if _NOTHING.fullmatch(line):
        return True
    if len(words) <= _SHARE_WORDS and _SHARE.search(line):
        return True
    if len(words) <= _CREDIT_WORDS and _CREDIT.search(line):
        return True
    if len(words) <= _CAPTION_WORDS and _CAPTION.search(line):
        return True
    return _match_related(line) is not None or _is_call(line)


def _is_call(line: str) -> bool:
    """Say whether a line calls for something: to subscribe, to report, to respect rights."""
    if len(line) > _CALL_CHARS:
        return False
    subscribes = _SUBSCRIBE.search(line) and _CHANNEL.search(line)
    return bool(subscribes) or _CALL.search(line) is not None


def _match_related(line: str) -> str | None:
    """Return the headline behind a "read also", empty if the line has none; None for others."""
    match = _RELATED.search(line) if len(line) <= _RELATED_CHARS else None
    if match is None:
        return None
    rest = match["rest"]
    if rest and rest[0] not in ":-–—|»→>.…":
        return None
    return rest.strip(" :-–—|»→>.…")


def _looks_like_headline(line: str) -> bool:
    return len(line) <= _RELATED_CHARS and line.rstrip()[-1:] not in ".!?…;"


def _trim_paragraph(line: str) -> str:
    """Return a paragraph without what is not its own; empty if nothing is left."""
    line = _PARENTHESES.sub("", line)
    sentences = split_sentences(line)
    start = 0
    end = len(sentences)
    while start < min(end, _MOST_SENTENCES) and is_boilerplate(sentences[start]):
        start += 1
    least = max(start, end - _MOST_SENTENCES)
    while end > least and is_boilerplate(sentences[end - 1]):
        end -= 1
    own = [sentence for sentence in sentences[start:end] if not _names_related(sentence)]
    return line if own == sentences else " ".join(own)


def _names_related(sentence: str) -> bool:
    """Say whether a sentence is a "read also" with its headline, which may stand anywhere."""
    return ":" in sentence and bool(_match_related(sentence))
