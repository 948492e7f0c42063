"use strict";

/**
 * The extension that Robot gives to the Browser library's Node process. Each exported function is called by name;
 * `page`, `context`, `browser` and `logger` are filled in by the Browser library, so parameters are plain names.
 *
 * Node may be shared by several Robot processes: every session has its own id, bindings and uplink.
 */

const { Session } = require("./session.js");
const { Uplink, overLog, overTcp } = require("./uplink.js");

const sessions = new Map();

/** Makes a session and connects its uplink. Returns whether events come over TCP (else `realtimeUplink` is called). */
async function realtimeOpenSession(id, port, token, options) {
  const uplink = new Uplink();
  const session = new Session(id, options, uplink);
  sessions.set(id, session);
  if (!port) return false;
  try {
    uplink.carryBy(await overTcp(port, token, () => realtimeStop(id)));
    return true;
  } catch {
    return false;
  }
}

/** Carries the events of a session over this call's log, until it is stopped. */
async function realtimeUplink(logger, id) {
  const carrier = overLog(logger);
  sessions.get(id)?.uplink.carryBy(carrier);
  await carrier.finished;
}

/** Watches the pages of the active browser. */
async function realtimeWatchBrowser(browser, context, id) {
  await sessions.get(id).watchBrowser(browser, context);
}

/** Watches the active page, for streams opened in it. */
async function realtimeWatchPage(page, id) {
  if (!page) throw new Error("No page is open.");
  await sessions.get(id).watchOnly(page);
}

/** Calls a method of the observer in the watched page: `openSocket`, `openSource`, `openFetch`, `send` or `close`. */
async function realtimeInPage(id, method, args) {
  return sessions.get(id).inPage(method, args);
}

async function realtimeStop(id) {
  const session = sessions.get(id);
  sessions.delete(id);
  await session?.stop();
}

module.exports = {
  realtimeOpenSession,
  realtimeUplink,
  realtimeWatchBrowser,
  realtimeWatchPage,
  realtimeInPage,
  realtimeStop,
};
