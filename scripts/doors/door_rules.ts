import type { IRegularForbiddenRuleType } from "dependency-cruiser";
import { adapters, applications, developmentServers, rooms } from "./walls.ts";

/** A wall of the house, as dependency-cruiser enforces it; `comment` says it to a person. */
export type DoorRule = IRegularForbiddenRuleType & { readonly name: string; readonly comment: string };

const runtime = "^src/app_runtime/";
const platformFolder = { base: `${runtime}base/`, contracts: `${runtime}contracts/` };
const platform = Object.values(platformFolder);
const compositionRoots = Object.keys(applications).map((name) => `^src/${name}/[^/]+\\.ts$`);

export function doorRules(): readonly DoorRule[] {
  return [
    ...houseRules(),
    ...platformRules(),
    ...Object.keys(rooms).flatMap(roomRules),
    ...Object.keys(adapters).flatMap(adapterRules),
    ...Object.keys(applications).flatMap(applicationRules),
    ...Object.keys(developmentServers).flatMap(developmentServerRules),
  ];
}

function houseRules(): readonly DoorRule[] {
  return [
    wall("no-cycle", "Imports never form a circle, not even of types.", "^src/", { circular: true }),
    wall("resolvable", "What is imported exists.", "^src/", { couldNotResolve: true }),
    wall("no-test-packages", "Code in src/ uses no package that only development has.", "^src/", {
      dependencyTypes: ["npm-dev"],
    }),
    wall("only-declared-packages", "A package that is imported stands in package.json.", "^src/", {
      dependencyTypes: ["npm-no-pkg", "npm-unknown"],
    }),
    wall("src-stands-alone", "Code in src/ imports nothing of the project outside of src/.", "^src/", {
      pathNot: ["^src/", "node_modules/"],
      dependencyTypesNot: ["core", "unknown"],
    }),
  ];
}

function platformRules(): readonly DoorRule[] {
  return [
    wall("base", "base imports nothing, not even Node's modules.", platformFolder.base, {
      pathNot: [platformFolder.base],
    }),
    wall("contracts", "contracts import base and nothing else.", platformFolder.contracts, { pathNot: platform }),
    wall(
      "runtime-face",
      "The public face of app_runtime re-exports its own rooms and nothing else.",
      `${runtime}[^/]+$`,
      {
        pathNot: [runtime],
        dependencyTypesNot: ["core"],
      },
    ),
  ];
}

function roomRules(name: string): readonly DoorRule[] {
  const own = `${runtime}${name}/`;
  const allowed = rooms[name];
  return [
    wall(
      `room ${name}`,
      `The room ${name} imports base, contracts and ${doorsOf(allowed?.rooms)}.`,
      own,
      ours([own, ...platform, ...apisOf(allowed?.rooms)]),
    ),
    packageWall(`room ${name}`, own, allowed?.packages),
  ];
}

function adapterRules(name: string): readonly DoorRule[] {
  const own = `^src/adapters/${name}/`;
  const allowed = adapters[name];
  return [
    wall(
      `adapter ${name}`,
      `The adapter ${name} imports base, contracts and ${doorsOf(allowed?.rooms)}; ${driversOf(allowed?.drivers)}.`,
      own,
      ours([own, ...platform, ...apisOf(allowed?.rooms), ...facesOf(allowed?.drivers)]),
    ),
    packageWall(`adapter ${name}`, own, allowed?.packages),
    {
      ...wall(`face of adapter ${name}`, `Others import of the adapter ${name} only its index.ts.`, "^src/", {
        path: own,
        pathNot: [`${own}index\\.ts$`],
      }),
      from: { path: "^src/", pathNot: [own] },
    },
  ];
}

function applicationRules(application: string): readonly DoorRule[] {
  const home = `^src/${application}/`;
  const folders = Object.entries(applications[application] ?? {}).flatMap(([name, allowed]) => {
    const own = `${home}${name}/`;
    const open = [
      own,
      ...allowed.platform.map((folder) => platformFolder[folder]),
      ...allowed.folders.map((folder) => `${home}${folder}/`),
    ];
    const rules = [
      wall(
        `${application} ${name}`,
        `${name} of ${application} imports ${list([...allowed.platform, ...allowed.folders])}.`,
        own,
        ours(open),
      ),
      packageWall(`${application} ${name}`, own, allowed.packages),
    ];
    const pure = wall(`pure ${application} ${name}`, `${name} of ${application} is pure: no modules of Node.`, own, {
      dependencyTypes: ["core"],
    });
    return allowed.pure ? [...rules, pure] : rules;
  });
  const root = wall(
    `root of ${application}`,
    `The composition root of ${application} imports a room only through its api.ts.`,
    `${home}[^/]+\\.ts$`,
    {
      path: runtime,
      pathNot: [...platform, `${runtime}[^/]+/api\\.ts$`, `${runtime}index\\.ts$`],
    },
  );
  const outside: DoorRule = {
    ...wall(`inside of ${application}`, `Nobody but ${application} itself imports it.`, "^src/", { path: home }),
    from: { path: "^src/", pathNot: [home] },
  };
  return [...folders, root, outside];
}

function developmentServerRules(name: string): readonly DoorRule[] {
  const own = `^src/${name}/`;
  const secret: DoorRule = {
    ...wall(`no ${name}`, `Only a composition root imports ${name}: the runtime does not need it.`, "^src/", {
      path: own,
    }),
    from: { path: "^src/", pathNot: [own, ...compositionRoots] },
  };
  return [
    secret,
    wall(name, `${name} imports base and nothing else of ours.`, own, ours([own, platformFolder.base])),
    packageWall(name, own, developmentServers[name]?.packages),
  ];
}

function wall(name: string, comment: string, from: string, to: DoorRule["to"]): DoorRule {
  return { name, comment, severity: "error", from: { path: from }, to };
}

function packageWall(who: string, from: string, packages: readonly string[] = []): DoorRule {
  return wall(`packages of ${who}`, `Of third-party packages it imports ${list(packages)}.`, from, {
    path: "node_modules/",
    ...(packages.length > 0 && { pathNot: packages.map((name) => `node_modules/${name}/`) }),
  });
}

/** Everything in src/ but these. */
function ours(open: readonly string[]): DoorRule["to"] {
  return { path: "^src/", pathNot: [...open] };
}

function apisOf(names: readonly string[] = []): readonly string[] {
  return names.map((name) => `${runtime}${name}/api\\.ts$`);
}

function doorsOf(names: readonly string[] = []): string {
  return names.length === 0 ? "no other room" : `the api.ts of ${list(names)}`;
}

function facesOf(drivers: readonly string[] = []): readonly string[] {
  return drivers.map((name) => `^src/adapters/${name}/index\\.ts$`);
}

function driversOf(drivers: readonly string[] = []): string {
  return drivers.length === 0
    ? "never another adapter"
    : `of other adapters only the index.ts of its driver ${list(drivers)}`;
}

function list(names: readonly string[]): string {
  return names.length === 0 ? "none" : names.join(", ");
}
