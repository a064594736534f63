"""Run a benchmark by name."""

import sys
from importlib import import_module

NAMES = {
    "servers": "private server: start, clean stop, kill -9, for each binary at hand",
    "translate": "translation: this engine beside argostranslate, one package, one run",
    "whole": "whole articles: time of a sentence by how many go together, what is shown and kept",
    "english": "translation: the adapter's model beside the same one in its naive form",
    "day": "translation: what a day of a large newsroom costs, in segments and minutes",
    "quality": "translation: chrF and BLEU of each package, FLORES and the demo's headlines",
    "guards": "translation: what guards stop and what they let pass, on labelled pairs",
    "certain": "names and numbers of withheld headlines: how many are right, who has some",
    "names": "names kept in translation: nothing done, mended, put into the source",
    "sentences": "sentence splitting beside pysbd, razdel and sentencex, on the tests' hard cases",
    "stories": "grouping: B-cubed on gold, F1 on labelled pairs, order, time for one more article",
    "embed": "embedding: processor time an article beside the wheel's own engine, nearness, memory",
    "embeddings": "embeddings that come in a wheel: the same sentence found across languages",
    "copies": "copies of a text: this sketch beside MinHash LSH and SimHash, on the same texts",
    "languages": "language of a text: right, by language and length, beside py3langid",
    "metadata": "title, day and author of sixty pages of the press, by the libraries installed",
    "capitals": "headlines put into capitals and read back: the gold's, and lines of files",
    "threads": "threads: precision and recall of links, time for a digest (--show, --fit)",
    "topics": "topics: right on the gold of four days",
    "search": "search: recall and precision of 360 queries, time among 10,000 stories (--show)",
    "subjects": "pages of people and places: stories on the right ones, beside reading (--show)",
    "serve": "the page: tilshi web beside nginx with the same bytes from disk",
    "store": "store: memory for each stored article, as their number grows",
    "poll": "polling beside the package reader: a thousand feeds, new, then unchanged",
    "polling": "polls and delays: times that follow the articles beside fixed ones, on real and "
    "made streams",
    "hostile": "feeds that attackers write: time, memory, what they come to (--before CHECKOUT: "
    "honest feeds of 5,000 items, beside another build)",
    "pages": "pages that attackers write, read by the kinds that read pages: time, memory, what "
    "they come to",
    "ontime": "polls of four good feeds beside a hostile one, a poisonous article, a frozen "
    "store: tilshi serve twice over the same minutes (10)",
    "pictures": "pictures of outlets made anew, and files that attackers send: time, memory, bytes",
    "sizing": "memory of each process, articles a second in each stage, the store's memory, disk "
    "and backup",
    "pieces": "a base's vocabulary, whole and cut down, beside Hugging Face's tokenizer",
    "demo": "the demo, from its command to its pages",
    "house": "the code: rooms, arrows, circles, names, branches, tokens a line (--before CHECKOUT)",
    "start": "what commands cost before they do anything, beside another build (--before PATH)",
}


def main() -> int:
    """Run what was asked for."""
    if len(sys.argv) < 2 or sys.argv[1] not in NAMES:
        sys.stderr.write("usage: ./run bench NAME\n\n")
        sys.stderr.writelines(f"  {name:<10} {what}\n" for name, what in NAMES.items())
        return 2
    import_module(f"tests.benchmarks.{sys.argv[1]}").main(sys.argv[2:])
    return 0


if __name__ == "__main__":
    sys.exit(main())
