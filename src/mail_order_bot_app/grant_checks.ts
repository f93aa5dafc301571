import { type GrantConfig, grantObjection, type oauth2Schema } from "../adapters/oauth2/index.ts";
import type { smtpSchema } from "../adapters/smtp/index.ts";
import { didYouMean } from "../app_runtime/base/closest_name.ts";
import type { ConfigCheck } from "../app_runtime/config/api.ts";
import type { ConfigOf, ConfigProblem, ConfigSnapshot } from "../app_runtime/index.ts";

type Platform = { readonly oauth2: ConfigOf<typeof oauth2Schema>; readonly smtp: ConfigOf<typeof smtpSchema> };

/** The grants of a configuration. */
export function grantsIn(snapshot: ConfigSnapshot): Readonly<Record<string, GrantConfig>> {
  return (snapshot.values.platform as unknown as Platform).oauth2.grants;
}

/** Each grant can work, and whoever names one names one that exists. */
export const grantChecks: readonly ConfigCheck[] = [grantsCanWork, grantsExist, smtpCanLogIn];

function grantsCanWork(snapshot: ConfigSnapshot): readonly ConfigProblem[] {
  const grants = Object.entries(grantsIn(snapshot));
  return grants.flatMap(([name, grant]) => {
    const twin = grants.find(([other, { tokenFile }]) => other < name && tokenFile === (grant.tokenFile ?? ""));
    const objection = twin === undefined ? grantObjection(grant) : `has the \`tokenFile\` of grant "${twin[0]}".`;
    return objection === undefined ? [] : [snapshot.problem(`platform.oauth2.grants.${name}`, "CHECK", objection)];
  });
}

function grantsExist(snapshot: ConfigSnapshot): readonly ConfigProblem[] {
  const known = grantsIn(snapshot);
  const users = [
    { path: "platform.smtp.grant", grant: smtpOf(snapshot).grant },
    ...[...snapshot.units("sources").values()].map((unit) => ({
      path: `sources.${unit.name}.grant`,
      grant: unit.config.grant,
    })),
  ];
  return users.flatMap(({ path, grant }) => {
    if (typeof grant !== "string" || Object.hasOwn(known, grant)) return [];
    const message = `names ${JSON.stringify(grant)}, which is not one of platform.oauth2.grants.`;
    return [snapshot.problem(path, "REFERENCE", message, didYouMean(grant, Object.keys(known)))];
  });
}

/** As for a source, except that a server may want no login at all. */
function smtpCanLogIn(snapshot: ConfigSnapshot): readonly ConfigProblem[] {
  const { auth, user, password, grant } = smtpOf(snapshot);
  const problem = (message: string) => [snapshot.problem("platform.smtp", "CHECK", message)];
  if (auth === "password") {
    return grant === undefined
      ? []
      : problem("has a `grant` and would not use it. Set `auth: oauth2`, or take it out.");
  }
  if (user === undefined) return problem("has `auth: oauth2` and no `user`. Set it to the mailbox that has logged in.");
  if (grant === undefined) {
    return problem("has `auth: oauth2` and no `grant`. Set it to a name below platform.oauth2.grants.");
  }
  return password === undefined ? [] : problem("has `auth: oauth2` and a `password` it would not use. Take one out.");
}

function smtpOf(snapshot: ConfigSnapshot): Platform["smtp"] {
  return (snapshot.values.platform as unknown as Platform).smtp;
}
