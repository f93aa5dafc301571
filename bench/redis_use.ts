import type { Redis as Client } from "ioredis";

/** What some work cost this process and the server. */
export interface Cost {
  readonly wallMs: number;
  readonly cpuUsPerTask: number;
  readonly redisUsPerTask: number;
  readonly evalshaPerTask: number;
  /** Those that scripts call are counted, too. */
  readonly commandsPerTask: number;
}

interface RedisUse {
  readonly cpuUs: number;
  readonly evalsha: number;
  readonly commands: number;
}

export async function measured(client: Client, tasks: number, work: () => Promise<void>): Promise<Cost> {
  const before = await useOf(client);
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  await work();
  const wallMs = performance.now() - startedAt;
  const cpu = process.cpuUsage(cpuBefore);
  const after = await useOf(client);
  return {
    wallMs,
    cpuUsPerTask: (cpu.user + cpu.system) / tasks,
    redisUsPerTask: (after.cpuUs - before.cpuUs) / tasks,
    evalshaPerTask: (after.evalsha - before.evalsha) / tasks,
    commandsPerTask: (after.commands - before.commands) / tasks,
  };
}

async function useOf(client: Client): Promise<RedisUse> {
  const [cpu, stats] = [await client.info("cpu"), await client.info("commandstats")];
  const seconds = (name: string) => Number(new RegExp(`${name}:([\\d.]+)`).exec(cpu)?.[1] ?? 0);
  const calls = [...stats.matchAll(/cmdstat_(\S+):calls=(\d+)/g)].map(
    ([, name, count]) => [name, Number(count)] as const,
  );
  return {
    cpuUs: (seconds("used_cpu_user") + seconds("used_cpu_sys")) * 1e6,
    evalsha: calls.find(([name]) => name === "evalsha")?.[1] ?? 0,
    commands: calls.reduce((sum, [, count]) => sum + count, 0),
  };
}
