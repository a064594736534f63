// Keys for readers who have a keyboard, and marks at what is new since they last looked. The page needs none of this.
"use strict";
(() => {
  const stories = [...document.querySelectorAll(".story")];
  const help = document.getElementById("help");
  let at = -1;
  const go = (step) => {
    if (!stories.length) return;
    at = Math.min(Math.max(at + step, 0), stories.length - 1);
    const story = stories[at];
    story.tabIndex = -1;
    story.focus({ preventScroll: true });
    story.scrollIntoView({ block: "start" });
  };
  const focusField = (field) => {
    field.focus();
    field.select();
  };
  const keys = {
    j: () => go(1),
    k: () => go(-1),
    o: () => {
      const original = stories[at]?.querySelector("details");
      if (original) original.open = !original.open;
    },
    Enter: () => {
      if (document.activeElement === stories[at]) stories[at].querySelector("h3 a, h2 a")?.click();
    },
    "/": () => {
      const field = document.getElementById("q");
      const link = document.querySelector('nav.site a[href*="search.html"]');
      if (field) focusField(field);
      else if (link) location.assign(`${link.href}#q`);
    },
    "?": () => (help.open ? help.close() : help.showModal()),
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.closest("input, select, textarea, button") || (help.open && event.key !== "?")) return;
    const act = keys[event.key];
    if (!act) return;
    if (event.key !== "Enter") event.preventDefault();
    act();
  });
  // A story that was linked to is the one that keys start from.
  const linked = stories.findIndex((story) => `#${story.id}` === location.hash);
  if (linked >= 0) at = linked;
  // Whoever came here by the key for searching types at once.
  const field = document.getElementById("q");
  if (field && location.hash === "#q") focusField(field);
})();

// What is new since a reader last looked. It stays in this browser: which stories of an edition it has shown, and when. A visit goes on
// until half an hour has passed without a digest; what is new is told by the visit before it, so that it is still marked when a reader
// comes back from a story. Whether a digest can have anything new is told by the newsroom's clock, not by the reader's, which may be
// wrong or go back; that one only words the hour.
(() => {
  const main = document.querySelector("main[data-edition]");
  if (!main) return;
  const VISIT_MS = 30 * 60_000;
  const MOST_KEPT = 1000;
  const key = `tilshi-seen-${main.dataset.edition}`;
  const composed = Date.parse(main.dataset.composed);

  // Storage that is full, closed, or private throws at any touch; then nothing is marked.
  const read = () => {
    try {
      const kept = JSON.parse(localStorage.getItem(key));
      const isOurs = kept && Number.isFinite(kept.at) && Array.isArray(kept.seen) && Number.isFinite(kept.composed);
      return isOurs ? kept : null;
    } catch {
      return null;
    }
  };
  const write = (kept) => {
    try {
      localStorage.setItem(key, JSON.stringify(kept));
    } catch {
      // The next visit is a first one again.
    }
  };

  const list = () => {
    const places = [...main.querySelectorAll('article.story[id^="s-"], .brief li')];
    return places.map((place) => {
      const link = place.querySelector("h3 a, :scope > a");
      return { place, link, id: link.pathname.split("/").slice(-2).join("/") };
    });
  };

  const wordMoment = (at, now) => {
    const when = new Date(at);
    const hour = when.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
    const isLong = now - at > 6 * 24 * 3_600_000;
    const form = isLong ? { day: "numeric", month: "long" } : { weekday: "long" };
    const day = when.toDateString() === new Date(now).toDateString() ? "today" : when.toLocaleDateString("en-GB", form);
    return ` (${day}, ${hour})`;
  };

  const show = (fresh, all, moment) => {
    const line = document.getElementById("since");
    const link = document.createElement("a");
    const [first] = fresh;
    if (!first.place.id) first.place.id = "first-new";
    link.href = `#${first.place.id}`;
    link.textContent = fresh.length === all ? `All ${all} are new` : `${fresh.length} new`;
    line.append(link, ` since you last looked${moment}`);
    line.hidden = false;
    // Where all is new a mark tells nothing.
    if (fresh.length === all) return;
    for (const { link: headline } of fresh) {
      const mark = document.createElement("span");
      mark.className = "fresh";
      mark.textContent = "New";
      headline.before(mark, " ");
    }
  };

  const look = () => {
    const now = Date.now();
    const stories = list();
    const kept = read();
    const isSameVisit = kept && now >= kept.at && now - kept.at < VISIT_MS;
    // In the same visit what the visit before it had seen; else all that was seen by now.
    const before = isSameVisit ? kept.before : kept && { at: kept.at, seen: kept.seen.length, composed: kept.composed };
    if (before && composed > before.composed) {
      const seen = new Set(kept.seen.slice(0, before.seen));
      const fresh = stories.filter(({ id }) => !seen.has(id));
      if (fresh.length) show(fresh, stories.length, before.at <= now ? wordMoment(before.at, now) : "");
    }
    const known = new Set(kept?.seen);
    const seen = [...(kept?.seen ?? []), ...stories.map(({ id }) => id).filter((id) => !known.has(id))];
    const gone = Math.max(seen.length - MOST_KEPT, 0);
    write({
      at: now,
      composed: Math.max(composed, kept?.composed ?? 0),
      seen: seen.slice(gone),
      before: before && { ...before, seen: Math.max(before.seen - gone, 0) },
    });
  };

  // A page that was opened behind another has not been looked at yet.
  if (document.visibilityState === "visible") look();
  else document.addEventListener("visibilitychange", look, { once: true });
})();
