"use strict";

/**
 * What only Chromium's DevTools protocol knows: handshakes, every event type, workers, and streams that were open
 * before the capture began.
 *
 * A stream that a page's observer reports as well must not be counted twice. One of the two tells its events: this
 * protocol if it saw the request before the page told an event, else the page.
 */

const { PAIR_TIME, Waiting } = require("./pairing.js");

class DevTools {
  /**
   * @param {Session} session       Makes the streams.
   * @param {boolean} onlyReported  Whether streams that no observer reports are left out.
   */
  constructor(session, onlyReported) {
    this.session = session;
    this.onlyReported = onlyReported;
    this.pages = new Map();
    this.clients = [];
  }

  /** Follows a page. `opened`: it may have streams already. */
  async attach(page, opened) {
    const client = await page.context().newCDPSession(page);
    this.clients.push(client);
    const target = new Target(this, page, (method, params) => client.send(method, params), { opened, worker: false });
    target.follow((method, listener) => client.on(method, listener));
    client.on("Target.attachedToTarget", (event) => this.childAttached(page, client, event));
    await client.send("Network.enable");
    // Frames are left to their observer: only workers have none.
    const filter = [{ type: "worker" }];
    await client.send("Target.setAutoAttach", { autoAttach: true, waitForDebuggerOnStart: true, flatten: false, filter });
  }

  childAttached(page, client, { sessionId }) {
    const child = new ChildSession(client, sessionId);
    const target = new Target(this, page, (method, params) => child.send(method, params), { opened: true, worker: true });
    target.follow((method, listener) => child.on(method, listener));
    child.onDetached(() => target.gone());
    child.send("Network.enable", {});
    child.send("Runtime.runIfWaitingForDebugger", {});
  }

  /** The observer in a page reports a new EventSource. */
  sourceReported(page, stream) {
    const { requests, reported } = this.of(page);
    const request = requests.take(stream.url);
    if (request) request.pair(stream);
    else reported.add(stream.url, stream);
  }

  /** The network layer shows a new WebSocket. */
  socketSeen(page, stream) {
    const { sockets, seen } = this.of(page);
    const socket = sockets.take(stream.url);
    if (socket) socket.pair(stream);
    else seen.add(stream.url, stream);
  }

  of(page) {
    if (!this.pages.has(page)) {
      const [requests, reported, sockets, seen] = [new Waiting(), new Waiting(), new Waiting(), new Waiting()];
      this.pages.set(page, { requests, reported, sockets, seen, followed: new Set() });
    }
    return this.pages.get(page);
  }

  async detach() {
    await Promise.all(this.clients.map((client) => client.detach().catch(() => {})));
  }
}

/** The protocol with a worker, through its page: Playwright gives no session of its own to it. */
class ChildSession {
  constructor(client, sessionId) {
    this.client = client;
    this.sessionId = sessionId;
    this.lastId = 0;
    this.answers = new Map();
    this.listeners = new Map();
    client.on("Target.receivedMessageFromTarget", (event) => {
      if (event.sessionId === sessionId) this.received(JSON.parse(event.message));
    });
  }

  on(method, listener) {
    this.listeners.set(method, listener);
  }

  onDetached(listener) {
    this.client.on("Target.detachedFromTarget", (event) => event.sessionId === this.sessionId && listener());
  }

  /** The result of a command; nothing where it failed or the worker is gone. */
  send(method, params) {
    this.lastId += 1;
    const message = JSON.stringify({ id: this.lastId, method, params });
    const answered = new Promise((resolve) => this.answers.set(this.lastId, resolve));
    this.client.send("Target.sendMessageToTarget", { sessionId: this.sessionId, message }).catch(() => {});
    return answered;
  }

  received({ id, result, method, params }) {
    if (method) return this.listeners.get(method)?.(params);
    this.answers.get(id)?.(result);
    return this.answers.delete(id);
  }
}

/** A page or worker as the protocol shows it. */
class Target {
  constructor(devtools, page, send, { opened, worker }) {
    Object.assign(this, { devtools, page, send, opened, worker });
    this.known = devtools.of(page);
    this.byId = new Map();
  }

  follow(on) {
    on("Network.webSocketCreated", (event) => this.socketCreated(event));
    on("Network.webSocketHandshakeResponseReceived", ({ requestId, response }) =>
      this.byId.get(requestId)?.tell("handshake", answer(response)),
    );
    on("Network.webSocketFrameReceived", (event) => this.frame("in", event));
    on("Network.webSocketFrameSent", (event) => this.frame("out", event));
    on("Network.webSocketClosed", ({ requestId }) => this.byId.get(requestId)?.ended({}));
    on("Network.requestWillBeSent", (event) => event.type === "EventSource" && this.sourceRequested(event));
    on("Network.responseReceived", (event) => this.answered(event));
    on("Network.eventSourceMessageReceived", (event) => this.event(event));
    on("Network.dataReceived", ({ requestId, data }) => data && this.byId.get(requestId)?.chunk?.(data));
    on("Network.loadingFinished", ({ requestId }) => this.loaded(requestId, false));
    on("Network.loadingFailed", ({ requestId, canceled }) => this.loaded(requestId, canceled));
  }

  // WebSockets: their frames come from the network layer, but for sockets that were open before.

  socketCreated({ requestId, url }) {
    const socket = new View(this, url);
    this.byId.set(requestId, socket);
    const stream = this.known.seen.take(url);
    if (stream) socket.pair(stream);
    else this.known.sockets.add(url, socket);
  }

  frame(direction, { requestId, response }) {
    // Playwright tells the frames of a worker's sockets, however late this protocol came.
    const unknown = !this.byId.has(requestId) && !this.worker;
    if (unknown && this.opened) this.byId.set(requestId, this.earlier("websocket"));
    const socket = this.byId.get(requestId);
    if (!socket?.alone) return;
    const text = { text: response.payloadData };
    socket.tell(direction, response.opcode === 1 ? text : { base64: response.payloadData });
  }

  // EventSource.

  sourceRequested({ requestId, request }) {
    const url = request.url;
    const source = this.reconnecting(url) ?? new View(this, url);
    source.loading = true;
    this.byId.set(requestId, source);
    if (source.stream) {
      source.stream.observedBy("devtools");
      return;
    }
    if (this.worker) {
      source.make({ family: "sse", url, via: "worker" });
      return;
    }
    const stream = this.known.reported.take(url);
    if (stream) source.pair(stream);
    else this.known.requests.add(url, source);
  }

  /** The stream that this request restores. One that was open before the capture has no URL yet. */
  reconnecting(url) {
    const waits = (source) => !source.loading && source.stream?.open && [url, ""].includes(source.url);
    const source = [...this.known.followed].find(waits);
    if (source) source.url = url;
    return source;
  }

  event({ requestId, eventName, eventId, data }) {
    if (!this.byId.has(requestId) && this.opened) this.byId.set(requestId, this.earlier("sse"));
    this.byId.get(requestId)?.tell("event", { type: eventName || "message", data, id: eventId });
  }

  answered({ requestId, type, response }) {
    // Playwright lets a worker run before this protocol is enabled in it: the request may have gone by.
    if (this.worker && type === "EventSource" && !this.byId.has(requestId)) {
      this.sourceRequested({ requestId, request: { url: response.url } });
    }
    const source = this.byId.get(requestId);
    if (source) {
      source.tell("handshake", answer(response));
      if (source.alone) source.tell("ready", {});
    } else if (this.worker && type === "Fetch" && response.mimeType === "text/event-stream") {
      this.followFetch(requestId, response);
    }
  }

  async followFetch(requestId, response) {
    const source = new View(this, response.url);
    if (!source.make({ family: "sse", url: response.url, via: "worker" })) return;
    const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
    const early = [];
    let tell = (data) => early.push(data);
    source.chunk = (data) => tell(data);
    source.fetched = true;
    this.byId.set(requestId, source);
    source.tell("ready", answer(response));
    const begun = await this.send("Network.streamResourceContent", { requestId });
    const first = begun?.bufferedData ?? (await this.wholeBody(requestId));
    tell = (data) => source.tell("chunk", { text: decoder.decode(Buffer.from(data, "base64"), { stream: true }) });
    [first, ...early].filter(Boolean).forEach(tell);
    source.caughtUp();
  }

  /** A short stream can be over before it could be followed. */
  async wholeBody(requestId) {
    const { body, base64Encoded } = (await this.send("Network.getResponseBody", { requestId })) ?? {};
    return base64Encoded || body === undefined ? body : Buffer.from(body).toString("base64");
  }

  loaded(requestId, canceled) {
    const source = this.byId.get(requestId);
    if (!source) return;
    source.loading = false;
    this.byId.delete(requestId);
    if (!source.alone) {
      source.stream?.released("devtools");
      return;
    }
    if (!canceled && !source.fetched) source.tell("retry", {});
    else if (source.fetched && !source.complete) source.afterCatchingUp = { by: canceled ? "page" : "server" };
    else source.ended({ by: canceled ? "page" : "server" });
  }

  earlier(family) {
    const view = new View(this, "");
    view.loading = true;
    view.make({ family, url: "", via: "before" });
    view.tell("ready", {});
    return view;
  }

  gone() {
    for (const view of this.byId.values()) if (view.alone) view.ended({ by: "gone", text: "its worker or frame ended" });
  }
}

/** This protocol's view of one stream. */
class View {
  constructor(target, url) {
    this.target = target;
    this.url = url;
    this.since = Date.now();
    this.stream = null;
    this.alone = false; // Nobody else sees the stream.
    this.pending = [];
  }

  /** Joins a stream that another observer reported. */
  pair(stream) {
    this.stream = stream;
    if (stream.family === "sse" && !stream.pageTold) {
      stream.followedByDevTools = true;
      stream.observedBy("devtools");
      this.target.known.followed.add(this);
    }
    for (const [kind, fields] of this.pending.splice(0)) this.tell(kind, fields);
  }

  /** Makes a stream that nobody else sees; nothing if it is not wanted. */
  make(facts) {
    const { session, onlyReported } = this.target.devtools;
    if (onlyReported || session.over || !session.wanted.test(facts.url)) return null;
    this.alone = true;
    this.stream = session.newStream(this.target.page, facts);
    if (facts.family === "sse") this.target.known.followed.add(this);
    return this.stream;
  }

  tell(kind, fields) {
    if (!this.stream) this.keep(kind, fields);
    else if (kind !== "event" || this.alone || this.stream.followedByDevTools) this.stream.send(kind, fields);
  }

  /** A page's report of the stream is on its way, or never comes: the stream is not wanted. */
  keep(kind, fields) {
    if (Date.now() - this.since < PAIR_TIME) this.pending.push([kind, fields]);
    else this.pending = [];
  }

  /** All that a fetched stream had brought before it was followed is told. */
  caughtUp() {
    this.complete = true;
    if (this.afterCatchingUp) this.ended(this.afterCatchingUp);
  }

  ended(ending) {
    if (this.alone) this.stream?.close(ending);
  }
}

function answer({ status, headers, requestHeaders }) {
  return { status, headers: Object.entries(headers ?? {}), requestHeaders: Object.entries(requestHeaders ?? {}) };
}

module.exports = { DevTools };
