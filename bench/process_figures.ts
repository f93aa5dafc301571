import { readFileSync } from "node:fs";

/** Linux counts processor time in hundredths of a second (sysconf _SC_CLK_TCK; user space has seen no other value for decades). */
const ticksPerSecond = 100;

/** Resident memory of a process in MB (10^6 bytes): `VmRSS` now, `VmHWM` the most it ever was. See proc_pid_status(5). */
export function memoryOf(pid: number): { readonly nowMB: number; readonly peakMB: number } {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const megabytes = (field: string) =>
    (Number(new RegExp(`^${field}:\\s+(\\d+) kB`, "m").exec(status)?.[1]) * 1024) / 1e6;
  return { nowMB: megabytes("VmRSS"), peakMB: megabytes("VmHWM") };
}

/** Processor time of all its threads, user and system, in milliseconds. See proc_pid_stat(5), utime and stime. */
export function cpuMsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // The name in parentheses may hold anything; the fields behind it begin with number 3.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return ((Number(fields[11]) + Number(fields[12])) / ticksPerSecond) * 1000;
}
