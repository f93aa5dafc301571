import { adapters, applications, developmentServers, rooms } from "../../scripts/doors/walls.ts";

/** For each wall a file that goes through it: rule → [file, what it imports]. */
export function plantedViolations(): ReadonlyMap<string, readonly [file: string, imported: string]> {
  return new Map([
    ...house,
    ...Object.keys(rooms).flatMap(throughRoom),
    ...Object.keys(adapters).flatMap(throughAdapter),
    ...Object.keys(applications).flatMap(throughApplication),
    ...Object.keys(developmentServers).flatMap(throughDevelopmentServer),
  ]);
}

type Planted = readonly [rule: string, violation: readonly [file: string, imported: string]];

const house: readonly Planted[] = [
  ["no-cycle", ["src/app_runtime/queue/circle.ts", "./circle.ts"]],
  ["resolvable", ["src/app_runtime/queue/lost.ts", "./nowhere.ts"]],
  ["no-test-packages", ["src/app_runtime/queue/tested.ts", "vitest"]],
  ["only-declared-packages", ["src/app_runtime/queue/stowaway.ts", "stowaway"]],
  ["src-stands-alone", ["src/app_runtime/queue/tool.ts", "../../../scripts/tool.ts"]],
  ["base", ["src/app_runtime/base/planted.ts", "node:fs"]],
  ["contracts", ["src/app_runtime/contracts/planted.ts", "../queue/api.ts"]],
  ["runtime-face", ["src/app_runtime/planted.ts", "../adapters/smtp/index.ts"]],
];

function throughRoom(name: string): readonly Planted[] {
  const other = name === "queue" ? "workers" : "queue";
  return [
    [`room ${name}`, [`src/app_runtime/${name}/planted.ts`, `../${other}/inside.ts`]],
    [`packages of room ${name}`, [`src/app_runtime/${name}/planted_package.ts`, "left-pad"]],
  ];
}

function throughAdapter(name: string): readonly Planted[] {
  const other = name === "smtp" ? "imap" : "smtp";
  return [
    [`adapter ${name}`, [`src/adapters/${name}/planted.ts`, `../${other}/index.ts`]],
    [`packages of adapter ${name}`, [`src/adapters/${name}/planted_package.ts`, "left-pad"]],
    [`face of adapter ${name}`, [`src/mail_order_bot_app/look_into_${name}.ts`, `../adapters/${name}/inside.ts`]],
  ];
}

function throughApplication(application: string): readonly Planted[] {
  const home = `src/${application}`;
  const folders = Object.entries(applications[application] ?? {});
  return [
    ...folders.flatMap(([folder, allowed]): readonly Planted[] => [
      [`${application} ${folder}`, [`${home}/${folder}/planted.ts`, "../../adapters/smtp/index.ts"]],
      [`packages of ${application} ${folder}`, [`${home}/${folder}/planted_package.ts`, "left-pad"]],
      ...(allowed.pure ? [[`pure ${application} ${folder}`, [`${home}/${folder}/clock.ts`, "node:fs"]] as const] : []),
    ]),
    [`root of ${application}`, [`${home}/planted.ts`, "../app_runtime/queue/inside.ts"]],
    [`inside of ${application}`, ["src/dev_mail_server/curious.ts", `../${application}/domain/inside.ts`]],
  ];
}

function throughDevelopmentServer(name: string): readonly Planted[] {
  return [
    [`no ${name}`, ["src/adapters/smtp/shortcut.ts", `../../${name}/inside.ts`]],
    [name, [`src/${name}/planted.ts`, "../app_runtime/queue/api.ts"]],
    [`packages of ${name}`, [`src/${name}/planted_package.ts`, "left-pad"]],
  ];
}
