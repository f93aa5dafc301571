import { SystemClock } from "../base/clock.ts";
import type { ConfigSnapshot } from "../config/api.ts";
import { ServiceContainer } from "../container/api.ts";
import { ModuleRegistrar } from "./module_registrar.ts";
import { newConfiguration } from "./new_configuration.ts";
import { RuntimeEventChannel } from "./runtime_event_channel.ts";
import type { RuntimeParts } from "./runtime_parts.ts";

/** The configuration as a start would find it, without starting: for the tools beside a program. @throws {ConfigInvalidError} */
export async function readConfig(parts: RuntimeParts): Promise<ConfigSnapshot> {
  const registrar = new ModuleRegistrar(new ServiceContainer());
  for (const module of parts.modules) registrar.register(module);
  const clock = parts.clock ?? new SystemClock();
  const configuration = newConfiguration(parts, registrar, { clock, events: new RuntimeEventChannel(clock) });
  try {
    return await configuration.load();
  } finally {
    await configuration.close();
  }
}
