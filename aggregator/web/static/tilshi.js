// Keys for readers who have a keyboard. The page needs none of this.
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
