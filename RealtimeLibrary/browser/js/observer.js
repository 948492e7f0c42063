"use strict";

/**
 * Runs inside the page, before its first script: reports what the page's own WebSocket, EventSource and fetch streams
 * do, and opens streams on behalf of a test.
 *
 * The page must behave as without it: nothing here may throw into the page, keep a stream alive that the page lets go,
 * or hand the page another kind of object. The function is sent to the page as text, so it uses nothing from outside.
 *
 * @param {object} options
 * @param {string} options.binding  Name of the function that carries reports out; removed from the page's globals.
 * @param {string} options.key      Key of the symbol under which the observer is found again.
 * @param {string} options.filter   Source of a regular expression: the URLs to report.
 * @param {boolean} options.wrap    Whether the page's own streams are observed, or only those opened for a test.
 */
module.exports = function observe(options) {
  const root = Symbol.for(options.key);
  if (globalThis[root]) return;

  const { WebSocket, EventSource, fetch, Response, ReadableStream, TextDecoder, Uint8Array, Proxy, Reflect } = globalThis;
  const stringify = JSON.stringify;
  const listen = Function.prototype.call.bind(EventTarget.prototype.addEventListener);
  const carry = globalThis[options.binding];
  delete globalThis[options.binding];
  const wanted = new RegExp(options.filter, "s");
  const documentId = `${performance.timeOrigin}/${Math.random()}`;
  const streams = new Map();
  const sources = new WeakMap();
  const closedByPage = new WeakSet();
  const undo = [];
  let lastStream = 0;

  // Reports leave in batches, a few calls in flight: a call per event would not keep up with a burst, and a single one
  // at a time would keep an event waiting for the answer to the one before.

  const maxInFlight = 3;
  const queue = [];
  let batch = 0;
  let inFlight = 0;

  function flush() {
    if (!queue.length) return;
    inFlight += 1;
    batch += 1;
    try {
      carry(stringify({ document: documentId, batch, reports: queue.splice(0) })).then(flushed, flushed);
    } catch {
      inFlight -= 1; // The capture has ended; nobody listens any more.
    }
  }

  function flushed() {
    inFlight -= 1;
    flush();
  }

  function report(kind, stream, fields, urgent) {
    queue.push({ kind, stream, ...fields });
    if (urgent || inFlight < maxInFlight) flush();
  }

  // A stream is announced at once, so that it is known before its first frame comes by another way.

  function announce(family, url, fields) {
    const stream = (lastStream += 1);
    const { close, socket, ...facts } = fields;
    streams.set(stream, { close, socket });
    report("open", stream, { family, url, ...facts }, true);
    return stream;
  }

  function ended(stream, fields) {
    if (streams.delete(stream)) report("close", stream, fields, true);
  }

  function base64(buffer) {
    const bytes = new Uint8Array(buffer);
    let text = "";
    for (let at = 0; at < bytes.length; at += 0x8000) {
      text += String.fromCharCode.apply(null, bytes.subarray(at, at + 0x8000));
    }
    return btoa(text);
  }

  // WebSocket: state and close code. Frames of the page's own sockets are taken from the browser's network layer.

  function watchSocket(socket, via) {
    const close = (code, reason) => {
      closedByPage.add(socket);
      socket.close(code, reason);
    };
    const stream = announce("websocket", socket.url, { via, close, socket });
    // What the page's Content-Security-Policy forbids is closed from the start, without an event.
    if (socket.readyState === 3) ended(stream, { by: "failure", text: "the browser refused to open it" });
    listen(socket, "open", () =>
      report("ready", stream, { protocol: socket.protocol, extensions: socket.extensions }, true),
    );
    listen(socket, "close", ({ code, reason, wasClean }) =>
      ended(stream, { code, reason, by: closedByPage.has(socket) ? "page" : wasClean ? "server" : "network" }),
    );
    return stream;
  }

  function wrapSocketMethods() {
    const nativeClose = WebSocket.prototype.close;
    replace(WebSocket.prototype, "close", function close(...args) {
      const open = this.readyState < 2;
      nativeClose.apply(this, args);
      if (open) closedByPage.add(this);
    });
  }

  function reportMessage(stream, data) {
    report("in", stream, typeof data === "string" ? { text: data } : { base64: base64(data) });
  }

  // EventSource dispatches only types that have a listener: each type the page listens to is listened to first.

  function watchSource(source, via) {
    const state = { types: new Set() };
    const close = () => source.close();
    state.stream = announce("sse", source.url, { via, close });
    sources.set(source, state);
    listen(source, "open", (event) => {
      if (!("data" in event)) report("ready", state.stream, {}, true);
    });
    listen(source, "error", (event) => {
      if ("data" in event) return;
      if (source.readyState === 2) ended(state.stream, { by: "failure" });
      else report("retry", state.stream, {}, true);
    });
    for (const type of ["message", "open", "error"]) watchType(source, state, type);
    return state.stream;
  }

  function watchType(source, state, type) {
    if (state.types.has(type)) return;
    state.types.add(type);
    listen(source, type, (event) => {
      if (!event.isTrusted || !("data" in event)) return;
      report("event", state.stream, { type: event.type, data: event.data, id: event.lastEventId });
    });
  }

  // A fetch stream is tapped between network and page, chunk by chunk as the page reads: a copy (`clone`) would keep
  // the connection open after the page cancelled it.

  function isEventStream(response) {
    const type = response.headers.get("content-type") || "";
    return type.split(";")[0].trim().toLowerCase() === "text/event-stream" && response.body !== null;
  }

  function tap(response, method) {
    if (!isEventStream(response) || !wanted.test(response.url)) return response;
    const reader = response.body.getReader();
    const stream = announceFetch(response, "fetch", method, () => reader.cancel());
    const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
    const body = new ReadableStream(
      {
        type: "bytes",
        async pull(controller) {
          try {
            const { done, value } = await reader.read();
            chunkRead(stream, decoder, value);
            if (!done) return controller.enqueue(value);
            ended(stream, { by: "server" });
            controller.close();
            controller.byobRequest?.respond(0);
          } catch (error) {
            failedRead(stream, error);
            controller.error(error);
          }
        },
        cancel(reason) {
          ended(stream, { by: "page" });
          return reader.cancel(reason);
        },
      },
      { highWaterMark: 0 },
    );
    return disguise(new Response(body, response), response);
  }

  function announceFetch(response, via, method, close) {
    const stream = announce("sse", response.url, { via, close, method });
    report("ready", stream, { status: response.status, headers: [...response.headers] }, true);
    return stream;
  }

  function chunkRead(stream, decoder, value) {
    const text = decoder.decode(value, { stream: value !== undefined });
    if (text) report("chunk", stream, { text });
  }

  function failedRead(stream, error) {
    if (error && error.name === "AbortError") ended(stream, { by: "page" });
    else ended(stream, { by: "failure", text: String(error && error.message) });
  }

  function disguise(copy, original) {
    for (const name of ["url", "type", "redirected"]) {
      Object.defineProperty(copy, name, { value: original[name], configurable: true });
    }
    const clone = copy.clone.bind(copy);
    Object.defineProperty(copy, "clone", { value: () => disguise(clone(), original), configurable: true });
    return copy;
  }

  function methodOf(args) {
    return String(args[1]?.method ?? args[0]?.method ?? "GET").toUpperCase();
  }

  // What the page sees.

  function replace(holder, name, value) {
    const original = Object.getOwnPropertyDescriptor(holder, name);
    const replacement = { ...(original ?? { configurable: true, writable: true, enumerable: false }), value };
    Object.defineProperty(holder, name, replacement);
    undo.push(() => {
      if (holder[name] !== value) return; // Somebody replaced it after us: theirs calls ours, which stays harmless.
      if (original) Object.defineProperty(holder, name, original);
      else delete holder[name];
    });
  }

  function wrapClass(name, Native, watch) {
    const Wrapped = new Proxy(Native, {
      construct(target, args, newTarget) {
        const made = Reflect.construct(target, args, newTarget === Wrapped ? target : newTarget);
        if (wanted.test(made.url)) quietly(() => watch(made, "page"));
        return made;
      },
    });
    replace(globalThis, name, Wrapped);
    replace(Native.prototype, "constructor", Wrapped);
  }

  function quietly(action) {
    try {
      return action();
    } catch {
      return undefined;
    }
  }

  function wrapSourceMethods() {
    // Looked up at each call: libraries that patch EventTarget (zone.js does) must keep working.
    const add = () => EventTarget.prototype.addEventListener;
    const nativeClose = EventSource.prototype.close;
    replace(EventSource.prototype, "addEventListener", function addEventListener(type, ...rest) {
      const state = sources.get(this);
      if (state && rest[0]) quietly(() => watchType(this, state, String(type)));
      return add().call(this, type, ...rest);
    });
    replace(EventSource.prototype, "close", function close() {
      nativeClose.call(this);
      const state = sources.get(this);
      if (state) ended(state.stream, { by: "page" });
    });
  }

  function wrapFetch() {
    replace(
      globalThis,
      "fetch",
      new Proxy(fetch, {
        apply(target, self, args) {
          const answer = Reflect.apply(target, self, args);
          return answer.then((response) => quietly(() => tap(response, methodOf(args))) ?? response);
        },
      }),
    );
  }

  // Streams opened for a test, with the page's origin and cookies.

  function openSocket(url, subprotocols) {
    const socket = new WebSocket(url, subprotocols);
    socket.binaryType = "arraybuffer";
    const stream = watchSocket(socket, "test");
    listen(socket, "message", (event) => reportMessage(stream, event.data));
    return stream;
  }

  function openSource(url) {
    return watchSource(new EventSource(url), "test");
  }

  async function openFetch(url, request, timeout) {
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), timeout);
    const response = await fetch(url, { ...request, signal: abort.signal });
    clearTimeout(timer);
    const type = response.headers.get("content-type");
    if (!response.ok || !isEventStream(response)) {
      abort.abort();
      return { status: response.status, type };
    }
    const stream = announceFetch(response, "test", request.method, () => abort.abort());
    const reader = response.body.getReader();
    const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
    readAll(stream, reader, decoder);
    return { stream };
  }

  async function readAll(stream, reader, decoder) {
    try {
      for (;;) {
        const { done, value } = await reader.read();
        chunkRead(stream, decoder, value);
        if (done) return ended(stream, { by: "server" });
      }
    } catch (error) {
      return failedRead(stream, error);
    }
  }

  function send(stream, text, encoded) {
    const { socket } = streams.get(stream) ?? {};
    if (!socket || socket.readyState !== 1) return false;
    const data = encoded === undefined ? text : Uint8Array.from(atob(encoded), (c) => c.charCodeAt(0));
    report("out", stream, encoded === undefined ? { text } : { base64: encoded });
    socket.send(data);
    return true;
  }

  function close(stream, code, reason) {
    const { close: end, socket } = streams.get(stream) ?? {};
    if (!end) return;
    end(code, reason);
    if (!socket) ended(stream, { by: "page" });
  }

  function stop() {
    undo.reverse().forEach((step) => quietly(step));
    delete globalThis[root];
  }

  listen(globalThis, "pagehide", flush);
  Object.defineProperty(globalThis, root, {
    value: { document: documentId, openSocket, openSource, openFetch, send, close, stop },
    configurable: true,
  });
  if (!options.wrap) return;
  if (WebSocket) {
    wrapClass("WebSocket", WebSocket, watchSocket);
    wrapSocketMethods();
  }
  if (EventSource) {
    wrapClass("EventSource", EventSource, watchSource);
    wrapSourceMethods();
  }
  if (fetch && Response && ReadableStream) wrapFetch();
};
