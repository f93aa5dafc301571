import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";
import { messageOf } from "../../../app_runtime/base/runtime_error.ts";
import { NumberBlocks, ProcessRefusedError, SharedNames } from "../../../app_runtime/processes/api.ts";
import { Lane } from "./lane.ts";
import { board, type FromLane, type LaneAnswer, type LaneThreadSettings, type ToLane } from "./lane_messages.ts";
import { PeerLanes } from "./peer_lanes.ts";

/** Until it looks at what it was given. */
const turnMs = 5;
const slicesAtOnce = 64;
const largeOutbox = 1 << 20;
/** Reports with an outbox that the other side has not read: beyond them the processes wait for it. */
const mostUnread = 8;

/** A lane that leads itself, in a thread of its own: it runs, reports, and sleeps until a timer or a message. */
class LaneThread {
  readonly #port: MessagePort;
  readonly #lane: Lane;
  readonly #board: Int32Array;
  readonly #peers: PeerLanes;
  readonly #next = { turn: undefined as NodeJS.Immediate | undefined, timer: undefined as NodeJS.Timeout | undefined };
  #answers: LaneAnswer[] = [];
  #done = 0;
  #refused = 0;
  #unread = 0;

  constructor(port: MessagePort, settings: LaneThreadSettings) {
    const { module, slot, node, shortPids, slice } = settings;
    const numbers = new NumberBlocks(settings.numbers);
    this.#port = port;
    this.#board = new Int32Array(settings.board);
    this.#lane = new Lane({
      module,
      node,
      shortPids,
      slice,
      calls: {
        now: () => performance.now(),
        wall: () => Date.now(),
        numbers: () => numbers.take(slot),
        elsewhere: (number) => (numbers.slotOf(number) ?? slot) !== slot,
        names: new SharedNames({ shared: settings.names }),
      },
      listener: { ended: () => undefined, logged: () => undefined },
    });
    this.#peers = new PeerLanes({
      slotOf: (number) => numbers.slotOf(number),
      takeLetters: (records) => {
        this.#refused += this.#lane.takeLetters(records);
      },
      woken: () => this.#turn(),
    });
    port.on("message", (given: readonly ToLane[]) => {
      this.#take(given);
      this.#turn();
    });
  }

  #turn(): void {
    clearImmediate(this.#next.turn);
    clearTimeout(this.#next.timer);
    Atomics.store(this.#board, board.isBusy, 1);
    Atomics.add(this.#board, board.turns, 1);
    for (let more = receiveMessageOnPort(this.#port); more !== undefined; more = receiveMessageOnPort(this.#port))
      this.#take(more.message as readonly ToLane[]);
    this.#peers.receive();
    const pause = this.#run();
    Atomics.store(this.#board, board.live, this.#lane.processes);
    this.#report();
    if (pause !== 0) Atomics.store(this.#board, board.isBusy, 0);
    if (pause === 0) this.#next.turn = setImmediate(() => this.#turn());
    else if (pause !== undefined) this.#next.timer = setTimeout(() => this.#turn(), pause);
  }

  /** Milliseconds until it wants to run again; undefined: when given something. */
  #run(): number | undefined {
    const until = performance.now() + turnMs;
    for (;;) {
      if (this.#unread >= mostUnread) return undefined;
      const pause = this.#lane.runSlices(slicesAtOnce);
      if (pause !== 0 || performance.now() >= until || this.#lane.outboxLength > largeOutbox) return pause;
    }
  }

  #report(): void {
    const { rest: outbox, refused } = this.#peers.send(this.#lane.takeOutbox());
    this.#refused += refused;
    if (outbox === undefined && this.#answers.length === 0 && this.#done === 0 && this.#refused === 0) return;
    if (outbox !== undefined) this.#unread += 1;
    const report: FromLane = {
      answers: this.#answers,
      done: this.#done,
      refused: this.#refused,
      ...(outbox !== undefined && { outbox }),
    };
    this.#port.postMessage(report, outbox === undefined ? [] : [outbox.buffer]);
    this.#answers = [];
    this.#done = this.#refused = 0;
  }

  #take(given: readonly ToLane[]): void {
    for (const each of given) {
      this.#done += 1;
      if ("ask" in each) this.#answer(each);
      else this.#do(each);
    }
  }

  #answer(question: Extract<ToLane, { readonly ask: number }>): void {
    const { ask } = question;
    try {
      this.#answers.push({ ask, value: this.#valueOf(question) });
    } catch (thrown) {
      if (thrown instanceof WebAssembly.RuntimeError) throw thrown; // the instance broke
      const refused = thrown instanceof ProcessRefusedError ? thrown.why : messageOf(thrown);
      this.#answers.push({ ask, refused });
    }
  }

  #valueOf(question: Extract<ToLane, { readonly ask: number }>): string | number | undefined {
    switch (question.kind) {
      case "host":
        return void this.#lane.defineHost(question.host);
      case "entry":
        return void this.#lane.defineEntry(question.entry);
      case "spawn":
        return this.#lane.spawnWith(question.entry, question.host, question.values, question.count);
      case "host_load":
        return this.#lane.hostLoad(question.host);
    }
  }

  #do(order: Exclude<ToLane, { readonly ask: number }>): void {
    switch (order.kind) {
      case "letters": {
        const { buffer, byteOffset, byteLength } = order.records;
        this.#refused += this.#lane.takeLetters(Buffer.from(buffer, byteOffset, byteLength));
        return;
      }
      case "terminate":
        this.#lane.terminate(order.pid);
        return;
      case "cancel":
        this.#lane.cancel(order.pid, order.delayMs, order.reason, order.enforced);
        return;
      case "stop_host":
        this.#lane.stopHost(order.host, order.patienceMs);
        return;
      case "peer":
        this.#peers.add(order.slot, order.port);
        return;
      case "peer_lost":
        this.#peers.remove(order.slot);
        this.#lane.peerLost(order.slot);
        return;
      case "read":
        this.#unread -= 1;
        return;
    }
  }
}

if (parentPort !== null) new LaneThread(parentPort, workerData as LaneThreadSettings);
