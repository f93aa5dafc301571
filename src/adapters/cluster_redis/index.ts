export { type ClusterConfig, clusterSchema } from "./cluster_schema.ts";
export { RedisCluster } from "./redis_cluster.ts";
