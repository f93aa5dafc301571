import type { Drill } from "./drill.ts";
import { blackhole } from "./drills/blackhole.ts";
import { cut } from "./drills/cut.ts";
import { kill } from "./drills/kill.ts";
import { secondSigterm, sigterm } from "./drills/sigterm.ts";
import { smtpDown } from "./drills/smtp_down.ts";

/** All drills. */
export const drills: readonly Drill[] = [kill, cut, blackhole, smtpDown, sigterm, secondSigterm];
