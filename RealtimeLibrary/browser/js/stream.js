"use strict";

/**
 * One captured stream, put together from what its observers know: the page (state and close code), the browser's
 * network layer (frames) and, where asked for, the DevTools protocol (handshake).
 */

const LAST_WORD = 300; // Milliseconds one observer waits for the other's view of the end.

class Stream {
  /**
   * @param {number} id       Number of the stream within its session.
   * @param {Uplink} uplink   Where its events go.
   * @param {object} facts    `family`, `url`, `via` (who opened it) and the page's URL.
   */
  constructor(id, uplink, facts) {
    this.id = id;
    this.uplink = uplink;
    this.url = facts.url;
    this.family = facts.family;
    this.open = true;
    this.observers = new Set();
    this.followedByDevTools = false;
    this.pageTold = false;
    this.ending = {};
    this.send("open", facts);
  }

  send(kind, fields) {
    if (this.open) this.uplink.send({ kind, stream: this.id, ...fields });
  }

  /** A frame from the network layer; `direction` is "in" or "out". */
  passed(direction, payload) {
    const content = typeof payload === "string" ? { text: payload } : { base64: payload.toString("base64") };
    this.send(direction, content);
  }

  /** An event as the page got it; left out where the DevTools protocol tells the events of this stream. */
  eventInPage(fields) {
    if (this.followedByDevTools) return;
    this.pageTold = true;
    this.send("event", fields);
  }

  observedBy(observer) {
    this.observers.add(observer);
  }

  /** One observer saw the end. The stream ends when all did, or soon after the first. */
  endedFor(observer, ending) {
    Object.assign(this.ending, ending);
    this.observers.delete(observer);
    if (!this.observers.size) return this.close();
    this.timer ??= setTimeout(() => this.close(), LAST_WORD);
    return undefined;
  }

  /** An observer has no more to say, which does not mean that the stream ended. */
  released(observer) {
    this.observers.delete(observer);
    if (!this.observers.size) this.close();
  }

  /** The end, at once: the page, the browser or the capture is gone. */
  close(ending = {}) {
    if (!this.open) return;
    clearTimeout(this.timer);
    this.send("close", { ...this.ending, ...ending });
    this.open = false;
  }
}

module.exports = { Stream };
