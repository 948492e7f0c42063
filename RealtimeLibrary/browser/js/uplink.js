"use strict";

/**
 * The way of the captured events from Node to Robot: one JSON object a line, numbered from 1 without a hole, so that
 * the other end can prove that nothing was lost or overtaken.
 */

const net = require("node:net");

const CONNECT_TIMEOUT = 2000; // milliseconds
const PIECE = 1_000_000; // UTF-16 units of one gRPC message: at most 3 MB, below gRPC's limit of 4 MiB.

/** Numbers events and hands the lines to a carrier. */
class Uplink {
  constructor() {
    this.number = 0;
    this.waiting = [];
    this.carrier = null;
    this.closed = false;
  }

  /** Sends one event, or keeps it until there is a carrier. */
  send(event) {
    if (this.closed) return;
    this.number += 1;
    const line = JSON.stringify({ number: this.number, ...event });
    if (this.carrier) this.carrier.write(line);
    else this.waiting.push(line);
  }

  carryBy(carrier) {
    this.carrier = carrier;
    for (const line of this.waiting.splice(0)) carrier.write(line);
  }

  close() {
    this.closed = true;
    this.carrier?.end();
  }
}

/** Lines over a TCP connection on this machine's loopback interface. */
function overTcp(port, token, onLost) {
  return new Promise((resolve, reject) => {
    const socket = net.connect({ host: "127.0.0.1", port, noDelay: true });
    const timer = setTimeout(() => socket.destroy(new Error("no answer")), CONNECT_TIMEOUT);
    socket.once("error", reject);
    socket.once("connect", () => {
      clearTimeout(timer);
      socket.off("error", reject);
      socket.on("error", () => {}); // "close" follows.
      socket.once("close", onLost);
      socket.write(`${JSON.stringify({ token })}\n`);
      resolve({
        write(line) {
          // What one turn of the event loop produces leaves in one packet.
          if (!socket.writableCorked) {
            socket.cork();
            process.nextTick(() => socket.uncork());
          }
          socket.write(`${line}\n`);
        },
        end: () => socket.end(),
      });
    });
  });
}

/** Lines over the log messages of a running keyword call, for a Node on another machine. */
function overLog(logger) {
  let finish;
  const finished = new Promise((resolve) => (finish = resolve));
  return {
    finished,
    write(line) {
      let at = 0;
      while (line.length - at > PIECE) {
        const end = at + PIECE - Number(isHighSurrogate(line, at + PIECE - 1)); // Half a character has no UTF-8.
        logger(`+${line.slice(at, end)}`);
        at = end;
      }
      logger(`.${line.slice(at)}`);
    },
    end: () => finish(),
  };
}

function isHighSurrogate(text, at) {
  const unit = text.charCodeAt(at);
  return unit >= 0xd800 && unit < 0xdc00;
}

module.exports = { Uplink, overLog, overTcp };
