"use strict";

const PAIR_TIME = 2000; // Milliseconds in which two views of one stream find together.

/** Views of streams that wait for another observer's view of the same stream, oldest first. */
class Waiting {
  constructor() {
    this.entries = [];
  }

  add(url, view) {
    this.entries.push({ url, view, at: Date.now() });
  }

  /** The oldest view for this URL that is young enough; it waits no longer. */
  take(url) {
    const now = Date.now();
    this.entries = this.entries.filter((entry) => now - entry.at < PAIR_TIME);
    const index = this.entries.findIndex((entry) => entry.url === url);
    return index < 0 ? undefined : this.entries.splice(index, 1)[0].view;
  }
}

module.exports = { PAIR_TIME, Waiting };
