"use strict";

/**
 * One capture: every WebSocket and event stream of the pages it watches, put together from the observer in each
 * document, Playwright's view of the network, and, where asked for, the DevTools protocol.
 */

const observe = require("./observer.js");
const { DevTools } = require("./devtools.js");
const { Waiting } = require("./pairing.js");
const { Stream } = require("./stream.js");

const BROWSER_GONE = "the browser was closed or crashed";
const CRASH_TIME = 50; // Milliseconds after the end of its pages in which a browser is known to be gone, too.

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
    if (this.devtools && !isChromium(contexts[0], browser)) throw new Error("deep=True needs Chromium.");
    if (browser) this.on(browser, "context", (added) => this.quietly(this.watchContext(added)));
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
    if (!isChromium(page.context())) this.devtools = null;
    this.watchEnd(page.context(), page.context().browser());
    await this.watchPage(page, { opened: true });
    this.undo.push(await page.exposeBinding(this.observer.binding, this.receive));
    await page.evaluate(observe, this.observer);
    this.page = page;
  }

  /** Calls a method of the observer in the page that alone is watched. */
  async inPage(method, args) {
    const call = ([key, name, rest]) => globalThis[Symbol.for(key)]?.[name](...rest);
    try {
      return await this.page.evaluate(call, [this.observer.key, method, args]);
    } catch (error) {
      return { failed: error.message.split("\n")[0].replace(/^page\.evaluate: (\w*Error: )?/, "") };
    }
  }

  watchEnd(context, browser) {
    const end = () => this.end(BROWSER_GONE);
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
    this.on(page, "websocket", (socket) => this.socketOpened(page, socket));
    this.on(page, "close", () => this.pageClosed(page));
    this.on(page, "crash", () => this.pageGone(page, "failure", "the page crashed"));
    this.on(page, "framedetached", (frame) => this.closeStreams(page, (stream) => stream.frame === frame, "navigation"));
    this.on(page, "framenavigated", (frame) => this.quietly(this.navigated(page, frame)));
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
    if (this.over || page.isClosed()) return;
    if (!this.pages.has(page)) this.quietly(this.watchPage(page)); // Its first report can be here before it is.
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
    const isSocket = fields.family === "websocket";
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
    const known = this.pages.get(page);
    const url = socket.url();
    if (this.over || !known || !this.wanted.test(url)) return;
    const reported = known.reported.take(url);
    if (!reported && !this.observer.wrap) return;
    const stream = reported ?? this.newStream(page, { family: "websocket", url, via: "worker" });
    if (!reported) known.unclaimed.add(url, stream);
    stream.socket = socket;
    stream.observedBy("network");
    if (this.observer.wrap) {
      socket.on("framereceived", ({ payload }) => stream.passed("in", payload));
      socket.on("framesent", ({ payload }) => stream.passed("out", payload));
    }
    socket.on("socketerror", (text) => stream.send("error", { text }));
    socket.on("close", () => stream.endedFor("network", {}));
    this.devtools?.socketSeen(page, stream);
  }

  newStream(page, fields) {
    this.lastStream += 1;
    const stream = new Stream(this.lastStream, this.uplink, { ...fields, page: page.url() });
    this.pages.get(page)?.streams.add(stream);
    if (fields.via === "worker" || fields.via === "before") this.quietly(this.placeInDocument(page, stream));
    return stream;
  }

  // Ends.

  closeStreams(page, chosen, by, text) {
    for (const stream of this.openStreams(page).filter(chosen)) stream.close({ by, text });
  }

  pageClosed(page) {
    setTimeout(() => this.pageGone(page, "gone", "the page was closed"), CRASH_TIME);
  }

  pageGone(page, by, text) {
    this.closeStreams(page, () => true, by, text);
    this.pages.delete(page);
  }

  /** A document that is replaced has no time to say so; its streams are those that another document opened. */
  async navigated(page, frame) {
    const older = new Set(this.openStreams(page).filter((stream) => stream.frame === frame));
    if (!older.size) return;
    const current = await this.documentOf(frame);
    this.closeStreams(page, (stream) => older.has(stream) && stream.document !== current, "navigation");
  }

  /** A stream that no document reports belongs to the page's main one. */
  async placeInDocument(page, stream) {
    const frame = page.mainFrame();
    const document = await this.documentOf(frame);
    stream.frame ??= frame;
    stream.document ??= document;
  }

  documentOf(frame) {
    return frame.evaluate((key) => globalThis[Symbol.for(key)]?.document, this.observer.key);
  }

  openStreams(page) {
    return [...(this.pages.get(page)?.streams ?? [])].filter((stream) => stream.open);
  }

  /** The capture cannot go on. */
  end(text) {
    if (this.over) return;
    for (const page of [...this.pages.keys()]) this.pageGone(page, "failure", text);
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

function isChromium(context, browser) {
  return (browser ?? context.browser())?.browserType().name() === "chromium";
}

module.exports = { Session };
