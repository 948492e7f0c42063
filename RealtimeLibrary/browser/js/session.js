"use strict";

/**
 * One capture: every WebSocket and event stream of the pages it watches, put together from the observer in each
 * document, Playwright's view of the network, and, where asked for, the DevTools protocol.
 */

const observe = require("./observer.js");
const { DevTools } = require("./devtools.js");
const { Waiting } = require("./pairing.js");
const { Stream } = require("./stream.js");

class Session {
  /**
   * @param {string} id        Unique over all Robot processes that share this Node.
   * @param {object} options   `filter` (source of a regular expression for URLs), `deep`, `wrap`.
   * @param {Uplink} uplink    Where the events go.
   */
  constructor(id, options, uplink) {
    this.id = id;
    this.uplink = uplink;
    this.wanted = new RegExp(options.filter, "s");
    this.observer = { binding: `__realtime_${id}`, key: `realtime:${id}`, filter: options.filter, wrap: options.wrap };
    this.devtools = options.deep ? new DevTools(this, !options.wrap) : null;
    this.lastStream = 0;
    this.pages = new Map();
    this.documents = new Map();
    this.undo = [];
    this.over = false;
  }

  // What is watched.

  /** Watches every page of the browser, those to come included. */
  async watchBrowser(browser, context) {
    const contexts = browser ? browser.contexts() : [context];
    if (browser) {
      this.on(browser, "context", (added) => this.quietly(this.watchContext(added)));
    }
    this.watchEnd(contexts[0], browser);
    await Promise.all(contexts.map((each) => this.watchContext(each)));
  }

  async watchContext(context) {
    this.on(context, "page", (page) => this.quietly(this.watchPage(page)));
    await Promise.all(context.pages().map((page) => this.watchPage(page, { opened: true })));
    await this.prepare(context);
    const frames = context.pages().flatMap((page) => page.frames());
    await Promise.all(frames.map((frame) => this.quietly(frame.evaluate(observe, this.observer))));
  }

  /** Prepares one page for streams opened for a test, without touching its own. */
  async watchOnly(page) {
    this.watchEnd(page.context(), page.context().browser());
    await this.watchPage(page, { opened: true });
    this.undo.push(await page.exposeBinding(this.observer.binding, this.receive));
    await page.evaluate(observe, this.observer);
    this.page = page;
  }

  /** Calls a method of the observer in the page that alone is watched. */
  inPage(method, args) {
    const call = ([key, name, rest]) => globalThis[Symbol.for(key)]?.[name](...rest);
    return this.page.evaluate(call, [this.observer.key, method, args]);
  }

  watchEnd(context, browser) {
    const end = () => this.end("the browser was closed or crashed");
    if (browser) this.on(browser, "disconnected", end);
    else this.on(context, "close", end);
  }

  async prepare(target) {
    this.undo.push(await target.exposeBinding(this.observer.binding, this.receive));
    this.undo.push(await target.addInitScript(observe, this.observer));
  }

  async watchPage(page, { opened = false } = {}) {
    if (this.pages.has(page)) return;
    this.pages.set(page, { reported: new Waiting(), unclaimed: new Waiting(), streams: new Set() });
    if (this.observer.wrap) this.on(page, "websocket", (socket) => this.socketOpened(page, socket));
    this.on(page, "close", () => this.pageGone(page, "the page was closed"));
    this.on(page, "crash", () => this.pageGone(page, "the page crashed"));
    this.on(page, "framedetached", (frame) => this.closeStreams(page, (stream) => stream.frame === frame, "navigation"));
    this.on(page, "framenavigated", (frame) => this.quietly(this.forgetOldDocument(page, frame)));
    if (this.devtools) await this.quietly(this.devtools.attach(page, opened));
  }

  on(emitter, event, listener) {
    emitter.on(event, listener);
    this.undo.push({ dispose: () => emitter.off(event, listener) });
  }

  /** Pages come and go while they are prepared: what fails because they went is no error. */
  async quietly(work) {
    try {
      return await work;
    } catch {
      return undefined;
    }
  }

  // What the observers in the pages report.

  receive = ({ page, frame }, text) => {
    if (this.over || !this.pages.has(page)) return;
    const { document, batch, reports } = JSON.parse(text);
    const known = this.documents.get(document) ?? { streams: new Map(), batch: 0 };
    this.documents.set(document, known);
    if (batch !== known.batch + 1) this.uplink.send({ kind: "lost", text: `reports of ${frame.url()}` });
    known.batch = batch;
    for (const { kind, stream: number, ...fields } of reports) {
      if (kind === "open") {
        known.streams.set(number, this.reportedOpen(page, frame, document, fields));
      } else {
        this.reported(kind, known.streams.get(number), fields);
      }
    }
  };

  reportedOpen(page, frame, document, fields) {
    const known = this.pages.get(page);
    const isSocket = fields.family === "websocket" && fields.via === "page";
    const stream = (isSocket && known.unclaimed.take(fields.url)) || this.newStream(page, fields);
    stream.frame = frame;
    stream.document = document;
    stream.observedBy("page");
    if (isSocket && !stream.socket) known.reported.add(fields.url, stream);
    if (stream.family === "sse" && fields.via !== "fetch") this.devtools?.sourceReported(page, stream);
    return stream;
  }

  reported(kind, stream, fields) {
    if (!stream) return;
    if (kind === "close") stream.endedFor("page", fields);
    else if (kind === "event") stream.eventInPage(fields);
    else stream.send(kind, fields);
  }

  // What Playwright sees on the network.

  socketOpened(page, socket) {
    if (this.over || !this.wanted.test(socket.url())) return;
    const known = this.pages.get(page);
    const url = socket.url();
    const stream = known.reported.take(url) ?? this.newStream(page, { family: "websocket", url, via: "worker" });
    if (!stream.observers.size) known.unclaimed.add(url, stream);
    stream.socket = socket;
    stream.observedBy("network");
    socket.on("framereceived", ({ payload }) => stream.passed("in", payload));
    socket.on("framesent", ({ payload }) => stream.passed("out", payload));
    socket.on("socketerror", (text) => stream.send("error", { text }));
    socket.on("close", () => stream.endedFor("network", {}));
    this.devtools?.socketSeen(page, stream);
  }

  newStream(page, fields) {
    this.lastStream += 1;
    const stream = new Stream(this.lastStream, this.uplink, { ...fields, page: page.url() });
    this.pages.get(page)?.streams.add(stream);
    return stream;
  }

  // Ends.

  closeStreams(page, chosen, by, text) {
    for (const stream of this.pages.get(page)?.streams ?? []) {
      if (!chosen(stream)) continue;
      stream.close({ by, text });
      this.pages.get(page).streams.delete(stream);
    }
  }

  pageGone(page, text) {
    this.closeStreams(page, () => true, "gone", text);
    this.pages.delete(page);
  }

  /** A document that was replaced in another process may have had no time to say so. */
  async forgetOldDocument(page, frame) {
    const inFrame = (stream) => stream.frame === frame && stream.family === "sse";
    if (![...(this.pages.get(page)?.streams ?? [])].some(inFrame)) return;
    const current = await frame.evaluate((key) => globalThis[Symbol.for(key)]?.document, this.observer.key);
    this.closeStreams(page, (stream) => inFrame(stream) && stream.document !== current, "navigation");
  }

  /** The capture cannot go on. */
  end(text) {
    if (this.over) return;
    for (const page of [...this.pages.keys()]) this.pageGone(page, text);
    this.uplink.send({ kind: "end", text });
    this.over = true;
  }

  /** Leaves the pages as they were and closes the uplink. */
  async stop() {
    this.over = true;
    const frames = [...this.pages.keys()].flatMap((page) => page.frames());
    const stopInPage = (key) => globalThis[Symbol.for(key)]?.stop();
    await Promise.all(frames.map((frame) => this.quietly(frame.evaluate(stopInPage, this.observer.key))));
    await Promise.all(this.undo.splice(0).map((step) => this.quietly(step?.dispose())));
    await this.devtools?.detach();
    this.uplink.close();
  }
}

module.exports = { Session };
