/** What the order desk does with its tasks. Where they come from and where they wait is said in order_desk.yaml. */
import { type ApplicationModule, done, reject, serviceToken, type Task } from "app_runtime";
import type { JournaledTransactions } from "app_runtime/adapters/journal_sqlite";
import type { SchedulePayload } from "app_runtime/adapters/schedule";

export const database = serviceToken<JournaledTransactions>("database");

/** In the file of the journal, so that an order and the `done` of its task are one transaction. */
export const tables = {
  owner: "order_desk",
  steps: [
    `CREATE TABLE placed_order (task_id TEXT PRIMARY KEY, customer TEXT NOT NULL, item TEXT NOT NULL) STRICT;
     CREATE TABLE report (task_id TEXT PRIMARY KEY, planned_at TEXT NOT NULL, orders INTEGER NOT NULL) STRICT`,
  ],
};

const insertOrder = "INSERT INTO placed_order (task_id, customer, item) VALUES (?, ?, ?)";
const insertReport = "INSERT INTO report (task_id, planned_at, orders) SELECT ?, ?, count(*) FROM placed_order";

export const orderDesk: ApplicationModule = {
  name: "order_desk",
  register(registry) {
    registry.handler("take_order", {
      needs: [database],
      accepts: ["order.placed"],
      create: (database) => ({
        async handle(task, { unitOfWork }) {
          const { customer, item } = orderOf(task);
          if (typeof customer !== "string" || typeof item !== "string") return reject("customer or item is missing");
          await database.write([{ sql: insertOrder, params: [task.id, customer, item] }], { alsoDone: unitOfWork });
          return done;
        },
      }),
    });
    registry.handler("write_report", {
      needs: [database],
      accepts: ["report.due"],
      create: (database) => ({
        async handle(task, { unitOfWork }) {
          const { plannedAt } = task.payload as unknown as SchedulePayload;
          await database.write([{ sql: insertReport, params: [task.id, plannedAt] }], { alsoDone: unitOfWork });
          return done;
        },
      }),
    });
  },
};

/** Whoever may send here may send anything. */
function orderOf(task: Task): { readonly customer?: unknown; readonly item?: unknown } {
  const { body } = task.payload as { readonly body?: unknown };
  return Object(body);
}
