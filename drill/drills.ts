import type { Drill } from "./drill.ts";
import { badReload } from "./drills/bad_reload.ts";
import { blackhole } from "./drills/blackhole.ts";
import { cluster } from "./drills/cluster.ts";
import { cut } from "./drills/cut.ts";
import { kill } from "./drills/kill.ts";
import { killTwo } from "./drills/kill_two.ts";
import { luaHostile } from "./drills/lua_hostile.ts";
import { mailFaults } from "./drills/mail_faults.ts";
import { mailboxTroubles } from "./drills/mailbox_troubles.ts";
import { modeReload } from "./drills/mode_reload.ts";
import { queueFaults } from "./drills/queue_faults.ts";
import { queueForgets } from "./drills/queue_forgets.ts";
import { secondSigterm, sigterm } from "./drills/sigterm.ts";
import { smtpDown } from "./drills/smtp_down.ts";
import { soak } from "./drills/soak.ts";
import { twice } from "./drills/twice.ts";
import { twoRuntimes } from "./drills/two_runtimes.ts";

/** All drills. */
export const drills: readonly Drill[] = [
  kill,
  cut,
  blackhole,
  smtpDown,
  sigterm,
  secondSigterm,
  badReload,
  modeReload,
  twice,
  twoRuntimes,
  mailboxTroubles,
  ...mailFaults,
  ...killTwo,
  ...cluster,
  ...queueFaults,
  queueForgets,
  ...luaHostile,
  soak,
];
