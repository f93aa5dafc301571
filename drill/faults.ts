import { setTimeout as delay } from "node:timers/promises";
import {
  type ApplicationModule,
  type BlobId,
  type BlobStore,
  type ModuleRegistry,
  platformTokens,
  type Recipe,
  type Task,
  type TaskHandler,
} from "../src/app_runtime/index.ts";

/** What is wrong with a handler; it crosses to the bot's process as JSON. */
export interface Faults {
  /** Pause before the work, and between its commit and the answer. */
  readonly beforeMs?: number;
  readonly afterMs?: number;
  /** The pause before the work does not end when the task is told to stop. */
  readonly deaf?: boolean;
  /** A mail with this word in its subject kills the process that handles it. */
  readonly killedBy?: string;
  /** At SIGUSR2 the wall clock jumps so far, and back at the next one. */
  readonly clockJumpMs?: number;
}

/** The same module with slow and deadly handlers. */
export function withFaults(module: ApplicationModule, faults: Faults): ApplicationModule {
  return { ...module, register: (registry) => module.register(faultyRegistry(registry, faults)) };
}

function faultyRegistry(registry: ModuleRegistry, faults: Faults): ModuleRegistry {
  return {
    ...registry,
    handler: (name, recipe) => registry.handler(name, faultyRecipe(recipe as unknown as Recipe<TaskHandler>, faults)),
  };
}

/** Needs what the handler needs, and the blobs, to look into the mail. */
function faultyRecipe(recipe: Recipe<TaskHandler>, faults: Faults): Recipe<TaskHandler> {
  return {
    needs: [...recipe.needs, platformTokens.blobs],
    create: (...services) => {
      const handler = recipe.create(...services.slice(0, -1));
      return faultyHandler(handler, services.at(-1) as BlobStore, faults);
    },
  };
}

function faultyHandler(handler: TaskHandler, blobs: BlobStore, faults: Faults): TaskHandler {
  const { beforeMs = 0, afterMs = 0, deaf = false, killedBy } = faults;
  return {
    async handle(task, context) {
      if (killedBy !== undefined && (await subjectOf(task, blobs)).includes(killedBy))
        process.kill(process.pid, "SIGKILL");
      await delay(beforeMs, undefined, deaf ? {} : { signal: context.signal });
      const outcome = await handler.handle(task, context);
      await delay(afterMs);
      return outcome;
    },
  };
}

async function subjectOf(task: Task, blobs: BlobStore): Promise<string> {
  const sha256 = (task.payload as { readonly blob?: { readonly sha256: string } }).blob?.sha256 ?? "";
  const raw = Buffer.from(await blobs.get(sha256 as BlobId)).toString("latin1");
  return /^Subject: (.*)$/m.exec(raw)?.[1] ?? "";
}
