"""
How sources are read: one file a kind, behind the port ``kind.SourceKind``.

Pure, as all fetching is the fetcher's:

    feed        RSS and Atom
    telegram    the public page of a channel
    json        the answer of a JSON API, by paths
    page        a page that lists articles, by CSS selectors
    sitemap     a news sitemap

``registry.Kinds`` finds them by name, and those of installed packages.
"""
