import type { OpenProcedures } from "../../sqlite/index.ts";
import type { BookSettings } from "../queue_protocol.ts";
import { fromWireWork, toWireDone, type WireWork } from "../wire_work.ts";
import { QueueBook } from "./queue_book.ts";

/** What the queue calls in its database's thread. */
export const openProcedures: OpenProcedures = (database, settings) => {
  // Prepared with the first call: the tables are there by then, and the queue's row.
  let book: QueueBook | undefined;
  const opened = () => {
    book ??= new QueueBook(database, settings as BookSettings);
    return book;
  };
  return {
    begin: (now: number) => opened().begin(now),
    work: (wire: WireWork) => toWireDone(opened().work(fromWireWork(wire))),
  };
};
