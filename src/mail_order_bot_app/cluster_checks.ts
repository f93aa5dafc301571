import type { ClusterConfig } from "../adapters/cluster_redis/index.ts";
import type { ConfigCheck } from "../app_runtime/config/api.ts";
import type { ConfigProblem, ConfigSnapshot } from "../app_runtime/index.ts";

interface Platform {
  readonly cluster: ClusterConfig;
  readonly sharing: { readonly mode: "exclusive" | "standby" };
}

/** What does not go together with a cluster, in which each runtime has a journal of its own. */
export const clusterChecks: readonly ConfigCheck[] = [inCluster(sharesNoDirectory), inCluster(keepsItsTasks)];

function inCluster(check: ConfigCheck): ConfigCheck {
  return (snapshot) => (platformOf(snapshot).cluster?.redis === undefined ? [] : check(snapshot));
}

function sharesNoDirectory(snapshot: ConfigSnapshot): readonly ConfigProblem[] {
  if (platformOf(snapshot).sharing.mode === "exclusive") return [];
  const message =
    "`standby` shares a data directory on one machine; `platform.cluster` shares work between data directories. Choose one of them.";
  return [snapshot.problem("platform.sharing.mode", "CHECK", message)];
}

/** A task whose journal row lies on another machine could not be finished here. All sources of this bot have such rows. */
function keepsItsTasks(snapshot: ConfigSnapshot): readonly ConfigProblem[] {
  return [...snapshot.units("sources").values()].flatMap((source) => {
    const queue = snapshot.units("queues").get(String(source.config.queue));
    if (queue?.kind !== "bullmq") return [];
    const message = `names "${queue.name}", whose tasks any machine may get, but what this source brings is known to the journal of one. In a cluster its queue needs \`adapter: sqlite\` or \`memory\`.`;
    return [snapshot.problem(`sources.${source.name}.queue`, "CHECK", message)];
  });
}

function platformOf(snapshot: ConfigSnapshot): Platform {
  return snapshot.values.platform as unknown as Platform;
}
